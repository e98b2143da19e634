"""The standard objects, as far as the recipes use them; those of people and accounts are here.

Source: Object Reference (``sforce_api_objects_lead.htm`` and its neighbours).
"""

from emulators.salesforce.org.field import Field, read_field
from emulators.salesforce.org.sales_objects import SALES_OBJECTS

SYSTEM = """
    Id id(18) readonly
    IsDeleted boolean readonly
    CreatedDate datetime readonly
    CreatedById reference readonly to=User as=CreatedBy
    LastModifiedDate datetime readonly
    LastModifiedById reference readonly to=User as=LastModifiedBy
    SystemModstamp datetime readonly
"""
PERSON = """
    Salutation picklist(40) values=Mr.|Ms.|Mrs.|Dr.|Prof.
    FirstName string(40)
    LastName string(80) required
    Name string(121) readonly label=Full_Name
    Email email(80)
    Phone phone(40)
    MobilePhone phone(40)
    LeadSource picklist(255) values=Web|Event|Phone_Inquiry|Partner_Referral|Purchased_List|Other
    OwnerId reference to=User|Group as=Owner
    HasOptedOutOfEmail boolean label=Email_Opt_Out
    DoNotCall boolean
    EmailBouncedDate datetime
    EmailBouncedReason string(255)
    LastActivityDate date readonly
    MasterRecordId reference readonly
    IndividualId reference
    Responsys_RIID__c string(20) external unique label=Responsys_RIID
"""
OBJECTS = {
    "User": (
        "005",
        "Name string(121) required\nUsername string(80) required unique\nEmail email(128)\nIsActive boolean",
    ),
    "Group": ("00G", "Name string(40) required\nType picklist(40) values=Queue|Regular default=Queue"),
    "Organization": (
        "00D",
        "Name string(80) required\nInstanceName string(5) readonly\nIsSandbox boolean readonly",
    ),
    "Account": (
        "001",
        """
        Name string(255) label=Account_Name
        Phone phone(40)
        Website url(255)
        Industry picklist(255)
        OwnerId reference to=User as=Owner
        IsPersonAccount boolean readonly
        PersonContactId reference readonly to=Contact as=PersonContact
        FirstName string(40)
        LastName string(80)
        PersonEmail email(80)
        PersonHasOptedOutOfEmail boolean
        LastActivityDate date readonly
        MasterRecordId reference readonly
        """,
    ),
    "Contact": (
        "003",
        f"""{PERSON}
        AccountId reference to=Account as=Account
        Title string(128)
        Department string(80)
        Birthdate date
        HomePhone phone(40)
        MailingStreet textarea(255)
        MailingCity string(40)
        MailingState string(80)
        MailingPostalCode string(20)
        MailingCountry string(80)
        Description textarea(32000)
        IsEmailBounced boolean readonly
        IsPersonAccount boolean readonly
        """,
    ),
    "Lead": (
        "00Q",
        f"""{PERSON}
        Company string(255) required
        Title string(128)
        Street textarea(255)
        City string(40)
        State string(80)
        PostalCode string(20)
        Country string(80)
        Industry picklist(255)
        Rating picklist(255) values=Hot|Warm|Cold
        Status picklist(255) values=Open|Working|Qualified|Unqualified default=Open
        Description textarea(32000)
        Interest__c picklist(255) values=CRM|Data|Other
        IsConverted boolean readonly
        ConvertedDate date readonly
        ConvertedContactId reference readonly to=Contact as=ConvertedContact
        ConvertedAccountId reference readonly to=Account as=ConvertedAccount
        ConvertedOpportunityId reference readonly to=Opportunity as=ConvertedOpportunity
        """,
    ),
    **SALES_OBJECTS,
}


def standard_fields(name: str) -> tuple[str, list[Field]]:
    """Return the key prefix and the fields of a standard object."""
    prefix, lines = OBJECTS[name]
    return prefix, fields_of(lines)


def fields_of(lines: str) -> list[Field]:
    """Return the system fields and those that ``lines`` describe."""
    return [read_field(line) for line in (SYSTEM + lines).splitlines() if line.strip()]

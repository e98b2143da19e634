"""The standard objects, as far as the recipes use them.

Source: Object Reference (``sforce_api_objects_lead.htm`` and its neighbours).
"""

from emulators.salesforce.org.field import Field, read_field

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
STAGES = "Prospecting|Qualification|Demo_Done|Proposal|Closed_Won|Closed_Lost"
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
    "Opportunity": (
        "006",
        f"""
        Name string(120) required
        AccountId reference to=Account as=Account
        StageName picklist(255) required values={STAGES}
        Amount currency(18,2)
        Probability percent(3,0)
        CloseDate date required
        Type picklist(255)
        ForecastCategory picklist(40) readonly
        IsClosed boolean readonly
        IsWon boolean readonly
        OwnerId reference to=User as=Owner
        CampaignId reference to=Campaign as=Campaign
        ContactId reference createonly to=Contact as=Contact
        LastStageChangeDate datetime readonly
        """,
    ),
    "OpportunityHistory": (
        "008",
        """
        OpportunityId reference readonly to=Opportunity as=Opportunity
        StageName picklist(255) readonly
        Amount currency(18,2) readonly
        Probability percent(3,0) readonly
        CloseDate date readonly
        """,
    ),
    "OpportunityContactRole": (
        "00K",
        """
        OpportunityId reference required createonly to=Opportunity as=Opportunity
        ContactId reference required to=Contact as=Contact
        Role picklist(255) values=Decision_Maker|Influencer|Evaluator|Other
        IsPrimary boolean
        """,
    ),
    "Campaign": (
        "701",
        """
        Name string(80) required
        Type picklist(255) values=Webinar|Email|Other
        Status picklist(255) values=Planned|In_Progress|Completed default=Planned
        IsActive boolean
        StartDate date
        EndDate date
        ParentId reference to=Campaign as=Parent
        OwnerId reference to=User as=Owner
        """,
    ),
    "CampaignMember": (
        "00v",
        """
        CampaignId reference required createonly to=Campaign as=Campaign
        LeadId reference createonly to=Lead as=Lead
        ContactId reference createonly to=Contact as=Contact
        LeadOrContactId reference readonly
        Status picklist(40)
        HasResponded boolean readonly
        FirstRespondedDate date readonly
        FirstName string(40) readonly
        LastName string(80) readonly
        Email email(80) readonly
        HasOptedOutOfEmail boolean readonly
        """,
    ),
    "CampaignMemberStatus": (
        "01Y",
        """
        CampaignId reference required createonly to=Campaign as=Campaign
        Label string(765) required
        HasResponded boolean
        IsDefault boolean
        SortOrder int
        """,
    ),
    "Task": (
        "00T",
        """
        Subject combobox(255)
        Status picklist(255) values=Not_Started|In_Progress|Completed|Waiting default=Not_Started
        Priority picklist(255) values=High|Normal|Low default=Normal
        ActivityDate date label=Due_Date_Only
        Description textarea(32000) label=Comments
        WhoId reference to=Lead|Contact as=Who label=Name
        WhatId reference to=Account|Opportunity|Campaign as=What label=Related_To
        OwnerId reference to=User|Group as=Owner label=Assigned_To
        Type picklist(255) values=Call|Email|Meeting|Other
        TaskSubtype picklist(40) createonly values=Task|Email|Call|List_Email default=Task
        IsClosed boolean readonly
        CompletedDateTime datetime readonly
        ReminderDateTime datetime
        IsReminderSet boolean
        Responsys_Event_Key__c string(64) external cased label=Responsys_Event_Key
        """,
    ),
}


def standard_fields(name: str) -> tuple[str, list[Field]]:
    """Return the key prefix and the fields of a standard object."""
    prefix, lines = OBJECTS[name]
    return prefix, fields_of(lines)


def fields_of(lines: str) -> list[Field]:
    """Return the system fields and those that ``lines`` describe."""
    return [read_field(line) for line in (SYSTEM + lines).splitlines() if line.strip()]

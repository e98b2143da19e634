"""Standard objects of sales and campaigns: for each its key prefix, and a line for each field."""

STAGES = "Prospecting|Qualification|Demo_Done|Proposal|Closed_Won|Closed_Lost"
SALES_OBJECTS = {
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

extension Preset {
    /// Contacts export: https://knowledge.hubspot.com/import-and-export/export-records.
    ///
    /// Its columns are the user's choice.
    static let hubspot = Preset(
        name: "hubspot",
        signatures: [
            ["Record ID", "Contact owner"], ["Record ID", "Lifecycle Stage"], ["Record ID", "Lead Status"],
            ["Record ID", "Create Date"], ["Contact ID", "Lifecycle Stage"],
        ],
        entries: [
            Entry("Record ID", "Contact ID", to: "id"), Entry("Email", to: "email"),
            Entry("First Name", to: "first_name"), Entry("Last Name", to: "last_name"),
            Entry("Phone Number", "Mobile Phone Number", to: "phone"), Entry("Job Title", to: "attributes.job_title"),
            Entry("Company Name", "Associated Company", to: "company", "attributes.company"),
            Entry("Contact owner", to: "attributes.owner"),
            Entry("Lead Status", to: "status", "attributes.lead_status"),
            Entry("Lifecycle Stage", to: "attributes.lifecycle_stage"),
            Entry("Original Source", to: "attributes.source"), Entry("City", to: "attributes.city"),
            Entry("State/Region", to: "attributes.region"), Entry("Postal Code", to: "attributes.zip"),
            Entry("Country/Region", to: "country", "attributes.country"),
            Entry("Associated Company IDs", to: "attributes.company_ids", options: #"{"type":"list","format":";"}"#),
            Entry("Unsubscribed from all email", to: "subscribed", options: #"{"format":"false,no,0/true,yes,1"}"#),
            Entry("Unsubscribed from all email", to: "attributes.unsubscribed", options: #"{"type":"bool"}"#),
            Entry("Create Date", to: "created_at", options: hubspotTime),
            Entry("Last Modified Date", to: "updated_at", "attributes.last_modified", options: hubspotTime),
        ])

    private static let hubspotTime = """
        {"type":"timestamp","format":["yyyy-MM-dd HH:mm","yyyy-MM-dd HH:mm:ss","M/d/yyyy h:mm a","yyyy-MM-dd"]}
        """

    /// Contacts and leads, with the names of fields (Data Loader) or their labels (reports):
    /// https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_contact.htm.
    static let salesforce = Preset(
        name: "salesforce",
        signatures: [
            ["Id", "IsDeleted", "OwnerId"], ["Id", "LastName", "SystemModstamp"], ["Contact ID", "Salutation"],
            ["Contact ID", "Account Name"], ["Lead ID", "Salutation"], ["Lead ID", "Company"],
        ],
        entries: [
            Entry("Id", "Contact ID", "Lead ID", to: "id"), Entry("Email", to: "email"),
            Entry("FirstName", to: "first_name"), Entry("LastName", to: "last_name"),
            Entry("Phone", "MobilePhone", to: "phone"),
            Entry("Company", "Account Name", to: "company", "attributes.company"),
            Entry("Title", to: "attributes.title"), Entry("Salutation", to: "attributes.salutation"),
            Entry("Department", to: "attributes.department"), Entry("LeadSource", to: "attributes.source"),
            Entry("Status", "Lead Status", to: "status", "attributes.status"),
            Entry("MailingStreet", "Street", to: "attributes.street"),
            Entry("MailingCity", "City", to: "attributes.city"),
            Entry("MailingState", "Mailing State/Province", "State", to: "attributes.region"),
            Entry("MailingPostalCode", "Mailing Zip/Postal Code", "PostalCode", to: "attributes.zip"),
            Entry("MailingCountry", "Country", to: "country", "attributes.country"),
            Entry("OwnerId", to: "attributes.owner_id"), Entry("AccountId", to: "attributes.account_id"),
            Entry(
                "HasOptedOutOfEmail", "Email Opt Out", to: "subscribed", options: #"{"format":"false,0,no/true,1,yes"}"#
            ),
            Entry("HasOptedOutOfEmail", "Email Opt Out", to: "attributes.unsubscribed", options: #"{"type":"bool"}"#),
            Entry("CreatedDate", "Created Date", to: "created_at", options: salesforceTime),
            Entry(
                "LastModifiedDate", "Last Modified Date", to: "updated_at", "attributes.last_modified",
                options: salesforceTime),
        ])

    private static let salesforceTime = """
        {"type":"timestamp","format":["yyyy-MM-dd'T'HH:mm:ss.SSSX","yyyy-MM-dd'T'HH:mm:ssX","yyyy-MM-dd HH:mm:ss","yyyy-MM-dd"]}
        """
}

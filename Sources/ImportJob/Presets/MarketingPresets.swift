extension Preset {
    /// Audience export: https://mailchimp.com/help/view-export-contacts/.
    ///
    /// Times are UTC and have no zone.
    static let mailchimp = Preset(
        name: "mailchimp", signatures: [["MEMBER_RATING", "LEID", "EUID"]],
        entries: [
            Entry("EUID", to: "id"), Entry("Email Address", to: "email"), Entry("First Name", to: "first_name"),
            Entry("Last Name", to: "last_name"), Entry("Phone Number", "Phone", to: "phone"),
            Entry("Address", to: "attributes.address"), Entry("Birthday", to: "attributes.birthday"),
            Entry("TAGS", to: "tags", "attributes.tags", options: #"{"type":"list"}"#),
            Entry("OPTIN_TIME", to: "created_at", options: mailchimpTime),
            Entry("LAST_CHANGED", to: "updated_at", "attributes.last_changed", options: mailchimpTime),
            Entry("CONFIRM_TIME", to: "attributes.confirm_time", options: mailchimpTime),
            Entry("OPTIN_IP", to: "attributes.optin_ip"), Entry("CONFIRM_IP", to: "attributes.confirm_ip"),
            Entry("MEMBER_RATING", to: "attributes.member_rating", options: #"{"type":"int"}"#),
            Entry("LATITUDE", to: "attributes.latitude", options: #"{"type":"decimal"}"#),
            Entry("LONGITUDE", to: "attributes.longitude", options: #"{"type":"decimal"}"#),
            Entry("TIMEZONE", to: "timezone", "attributes.timezone"),
            Entry("CC", to: "country", "attributes.country", options: #"{"case":"upper"}"#),
            Entry("REGION", to: "attributes.region"), Entry("LEID", to: "attributes.leid"),
            Entry("NOTES", to: "attributes.notes"),
            // Only the file of those who left has it.
            Entry("UNSUB_TIME", to: "subscribed", options: #"{"format":"/*"}"#),
            Entry("UNSUB_TIME", to: "attributes.unsubscribed_at", options: mailchimpTime),
            Entry("UNSUB_CAMPAIGN_TITLE", to: "attributes.unsubscribe_campaign"),
            Entry("UNSUB_REASON", to: "attributes.unsubscribe_reason"),
            Entry("UNSUB_REASON_OTHER", to: "attributes.unsubscribe_reason_other"),
            // And only that of those whose address bounced.
            Entry("CLEAN_TIME", to: "attributes.cleaned_at", options: mailchimpTime),
            Entry("CLEAN_CAMPAIGN_TITLE", to: "attributes.clean_campaign"),
        ])

    private static let mailchimpTime =
        #"{"type":"timestamp","timezone":"UTC","format":["yyyy-MM-dd HH:mm:ss","yyyy-MM-dd HH:mm"]}"#

    /// List or segment export: https://help.klaviyo.com/hc/en-us/articles/115005078647.
    static let klaviyo = Preset(
        name: "klaviyo", signatures: [["Klaviyo ID"]],
        entries: [
            Entry("Klaviyo ID", to: "id"), Entry("Email", to: "email"), Entry("First Name", to: "first_name"),
            Entry("Last Name", to: "last_name"), Entry("Organization", to: "company", "attributes.company"),
            Entry("Title", to: "attributes.title"), Entry("Phone Number", to: "phone"),
            Entry("Address", to: "attributes.address"), Entry("Address 2", to: "attributes.address_2"),
            Entry("City", to: "attributes.city"), Entry("State / Region", to: "attributes.region"),
            Entry("Country", to: "country", "attributes.country"), Entry("Zip Code", to: "attributes.zip"),
            Entry("Latitude", to: "attributes.latitude"), Entry("Longitude", to: "attributes.longitude"),
            Entry("Source", to: "attributes.source"), Entry("IP Address", to: "attributes.ip"),
            Entry(
                "Email Marketing Consent", to: "subscribed",
                options: #"{"format":"subscribed/unsubscribed,never_subscribed,never subscribed"}"#),
            Entry("Email Marketing Consent", to: "status", options: #"{"case":"lower"}"#),
            Entry("Email Marketing Consent Timestamp", to: "attributes.consent_at"),
            Entry("Email Suppressions", to: "attributes.suppressions"),
            Entry(
                "Historic Customer Lifetime Value", "Total Customer Lifetime Value", to: "lifetime_value",
                "attributes.lifetime_value"),
            Entry("Profile Created On", "Date Added", to: "created_at", options: klaviyoTime),
            Entry("Last Active", to: "updated_at", "attributes.last_active", options: klaviyoTime),
        ])

    /// User data as CSV: https://www.braze.com/docs/user_guide/data/export_braze_data/segment_data_to_csv.
    static let braze = Preset(
        name: "braze",
        signatures: [["Braze ID"], ["braze_id", "external_id"], ["unsubscribed_from_emails_at", "user_id"]],
        entries: [
            Entry("user_id", "external_id", "Braze ID", "braze_id", to: "id"), Entry("email", to: "email"),
            Entry("first_name", to: "first_name"), Entry("last_name", to: "last_name"),
            Entry("phone", "phone_number", to: "phone"), Entry("country", to: "country", "attributes.country"),
            Entry("language", to: "language", "attributes.language"),
            Entry("timezone", "time_zone", to: "timezone", "attributes.timezone"),
            Entry("created_at", to: "created_at", options: brazeTime),
            Entry("Braze ID", "braze_id", to: "attributes.braze_id"), Entry("gender", to: "attributes.gender"),
            Entry("city", "home_city", to: "attributes.city"), Entry("date_of_birth", "dob", to: "attributes.birthday"),
            Entry("last_session", to: "attributes.last_session"),
            Entry(
                "email_subscribe", to: "subscribed",
                options: #"{"format":"subscribed,opted_in/unsubscribed,never subscribed"}"#),
            Entry("email_subscribe", to: "status", options: #"{"case":"lower"}"#),
            Entry("unsubscribed_from_emails_at", to: "attributes.unsubscribed_at"),
        ])

    private static let brazeTime = """
        {"type":"timestamp","format":["yyyy-MM-dd'T'HH:mm:ssX","yyyy-MM-dd'T'HH:mm:ss.SX","yyyy-MM-dd HH:mm:ss 'UTC'","yyyy-MM-dd HH:mm:ssX","yyyy-MM-dd HH:mm:ss","yyyy-MM-dd"]}
        """

    private static let klaviyoTime = """
        {"type":"timestamp","format":["yyyy-MM-dd HH:mm:ss","yyyy-MM-dd'T'HH:mm:ssX","yyyy-MM-dd HH:mm:ssX","yyyy-MM-dd HH:mm","yyyy-MM-dd"]}
        """
}

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
        ])

    private static let mailchimpTime = #"{"type":"timestamp","format":["yyyy-MM-dd HH:mm:ss","yyyy-MM-dd HH:mm"]}"#

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

    private static let klaviyoTime = """
        {"type":"timestamp","format":["yyyy-MM-dd HH:mm:ss","yyyy-MM-dd'T'HH:mm:ssX","yyyy-MM-dd HH:mm:ssX","yyyy-MM-dd HH:mm","yyyy-MM-dd"]}
        """
}

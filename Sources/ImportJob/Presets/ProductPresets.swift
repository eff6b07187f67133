extension Preset {
    /// Users, with labels (CSV export) or the names of the API: https://developers.intercom.com/docs/references/rest-api.
    static let intercom = Preset(
        name: "intercom",
        signatures: [
            ["Web sessions", "Last seen", "Signed up"], ["Unsubscribed from emails", "Last seen"],
            ["unsubscribed_from_emails", "user_id", "signed_up_at"], ["session_count", "last_request_at", "user_id"],
        ],
        entries: [
            Entry("User ID", "user_id", "id", to: "id"), Entry("Email", to: "email"),
            Entry("Name", to: "attributes.name"),
            Entry("Phone number", "Phone", to: "phone"), Entry("City", to: "attributes.city"),
            Entry("Country", to: "country", "attributes.country"),
            Entry("Browser language", to: "language", "attributes.language"),
            Entry("Tag", "Tags", to: "tags", "attributes.tags", options: #"{"type":"list"}"#),
            Entry("Web sessions", "session_count", to: "attributes.sessions", options: #"{"type":"int"}"#),
            Entry("Last seen", "last_request_at", to: "updated_at", "attributes.last_seen", options: intercomTime),
            Entry("First seen", to: "attributes.first_seen", options: intercomTime),
            Entry("Signed up", "signed_up_at", to: "created_at", options: intercomTime),
            Entry("Unsubscribed from emails", to: "subscribed", options: #"{"format":"false,no,0/true,yes,1"}"#),
            Entry("Unsubscribed from emails", to: "attributes.unsubscribed", options: #"{"type":"bool"}"#),
            Entry("marked_email_as_spam", to: "attributes.marked_email_as_spam", options: #"{"type":"bool"}"#),
            Entry("has_hard_bounced", to: "attributes.has_hard_bounced", options: #"{"type":"bool"}"#),
        ])

    private static let intercomTime = """
        {"type":"timestamp","format":["yyyy-MM-dd HH:mm:ss","yyyy-MM-dd HH:mm:ssX","yyyy-MM-dd'T'HH:mm:ssX","yyyy-MM-dd","epochSeconds"]}
        """

    /// Tables of a warehouse: users, identifies, tracks; https://segment.com/docs/connections/storage/warehouses/schema/.
    static let segment = Preset(
        name: "segment",
        signatures: [["received_at", "sent_at", "user_id"], ["received_at", "user_id", "anonymous_id"]],
        entries: [
            // Of users and identifies the key is the user, of tracks the message.
            Entry("user_id", to: "profile_id", "id"), Entry("id", to: "id", "attributes.message_id"),
            Entry("email", to: "email"), Entry("phone", to: "phone"), Entry("first_name", to: "first_name"),
            Entry("last_name", to: "last_name"), Entry("event", to: "name"),
            Entry("event_text", to: "properties.event_text"),
            Entry("anonymous_id", to: "properties.anonymous_id", "attributes.anonymous_id"),
            Entry("context_ip", to: "ip", "attributes.ip"), Entry("context_locale", to: "language"),
            Entry("context_timezone", to: "timezone"),
            Entry("received_at", to: "occurred_at", "updated_at", "created_at", options: segmentTime),
            Entry("created_at", to: "created_at", options: segmentTime),
        ])

    private static let segmentTime = """
        {"type":"timestamp","timezone":"UTC","format":["yyyy-MM-dd HH:mm:ss.S X","yyyy-MM-dd HH:mm:ss X","yyyy-MM-dd HH:mm:ss.SX","yyyy-MM-dd HH:mm:ssX","yyyy-MM-dd'T'HH:mm:ss.SX",\
        "yyyy-MM-dd'T'HH:mm:ssX","yyyy-MM-dd HH:mm:ss.S","yyyy-MM-dd HH:mm:ss"]}
        """
}

@testable internal import JobBench

/// The beginning of an export of each product, in the layout that it documents; one row of each cannot be taken.
struct PresetSample: CustomStringConvertible, Sendable {
    let name: String
    let resource: String
    let text: String
    /// Rows that can be taken, and those that cannot, by code.
    let good: Int
    let bad: [String: Int]
    /// A query and what it gives after the import.
    let query: String
    let rows: String

    var description: String { "\(name) to \(resource)" }

    static let all = [
        PresetSample(
            name: "mailchimp", resource: "contacts",
            text: #"""
                Email Address,First Name,Last Name,Address,Phone Number,Birthday,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS
                ada@example.com,Ada,Lovelace,12 St James's Square London,(020) 7946 0958,12/10,4,2023-01-15 09:30:00,203.0.113.7,2023-01-15 09:31:12,203.0.113.7,51.5072,-0.1276,0,1,Europe/London,gb,ENG,2024-02-01 10:00:00,100001,a1b2c3d4e5,,"""VIP"",""Blog, weekly"""
                grace@example.com,Grace,"Hopper, Rear Admiral",,,,2,2023-05-02 17:00:00,,,,,,,,,us,NY,2023-05-02 17:00:00,100002,b1b2c3d4e5,met at the fair,
                linus@example,Linus,,,,,5,2023-06-01 08:00:00,,,,,,,,,fi,,2023-06-01 08:00:00,100003,c1b2c3d4e5,,
                margaret@example.com,Margaret,Hamilton,,,,3,,,2023-07-20 20:17:40,,,,,,,us,,2023-07-20 20:17:40,100004,d1b2c3d4e5,,"""Blog"""

                """#, good: 3, bad: ["invalid_email": 1],
            query: "SELECT id, email, created_at, tags FROM contacts WHERE first_name IN ('Ada', 'Grace') ORDER BY id",
            rows: #"a1b2c3d4e5|ada@example.com|2023-01-15T09:30:00Z|["VIP","Blog, weekly"]"# + "\n"
                + "b1b2c3d4e5|grace@example.com|2023-05-02T17:00:00Z|"),
        PresetSample(
            name: "mailchimp", resource: "profiles",
            text: #"""
                Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER,LEID,EUID,NOTES
                ada@example.com,Ada,Lovelace,1,2022-01-15 09:30:00,,,,,,,,Europe/London,gb,ENG,2024-03-01 08:00:00,Spring,7f1,NORMAL,,100001,a1b2c3d4e5,
                grace@example.com,Grace,Hopper,1,never,,,,,,,,,us,,2024-03-02 09:00:00,,,SPAM,,100002,b1b2c3d4e5,

                """#, good: 1, bad: ["invalid_timestamp": 1],
            query: "SELECT id, subscribed, country, timezone FROM profiles", rows: "a1b2c3d4e5|false|GB|Europe/London"),
        PresetSample(
            name: "hubspot", resource: "contacts",
            text: """
                Record ID,First Name,Last Name,Email,Phone Number,Lead Status,Create Date,Associated Company,Country/Region,Contact owner,Associated Company IDs
                151,Ada,Lovelace,ada@example.com,+442079460958,Open,2024-03-12 09:14,Analytical Engines,United Kingdom,Charles Babbage,901;902
                152,Grace,Hopper,grace@example.com,,Connected,3/15/2024 2:30 PM,US Navy,United States,,
                153,Linus,Torvalds,linus@example.com,,,15.03.2024,,,,

                """, good: 2, bad: ["invalid_timestamp": 1],
            query: "SELECT id, status, company, created_at FROM contacts ORDER BY id",
            rows: "151|Open|Analytical Engines|2024-03-12T09:14:00Z\n152|Connected|US Navy|2024-03-15T14:30:00Z"),
        PresetSample(
            name: "salesforce", resource: "contacts",
            text: """
                Id,IsDeleted,MasterRecordId,LastName,FirstName,Salutation,Name,Title,Company,Street,City,State,PostalCode,Country,Phone,MobilePhone,Email,Website,LeadSource,Status,OwnerId,CreatedDate,LastModifiedDate,SystemModstamp
                00Q5e00001ABCDEAAB,false,,Lovelace,Ada,Ms.,Ada Lovelace,Analyst,Engines Ltd,12 St James's Square,London,,SW1Y,United Kingdom,+44 20 7946 0958,,ada@example.com,,Web,Working,0055e000001XYZAAA,2024-03-12T09:14:00.000Z,2024-03-13T10:00:00.000+0000,2024-03-13T10:00:00.000Z
                00Q5e00001ABCDFAAB,false,,Hopper,Grace,,Grace Hopper,,US Navy,,,,,,,,grace(at)example.com,,,Open,0055e000001XYZAAA,2024-03-12T09:14:00.000Z,,

                """, good: 1, bad: ["invalid_email": 1],
            query: "SELECT id, company, status, created_at FROM contacts",
            rows: "00Q5e00001ABCDEAAB|Engines Ltd|Working|2024-03-12T09:14:00Z"),
        PresetSample(
            name: "salesforce", resource: "profiles",
            text: """
                Contact ID,Salutation,First Name,Last Name,Email,Mailing Street,Mailing City,Mailing State/Province,Mailing Zip/Postal Code,Email Opt Out
                0035e00000AAAAAAAA,Ms.,Ada,Lovelace,ada@example.com,12 St James's Square,London,,SW1Y,0
                0035e00000AAAABAAA,,Grace,Hopper,grace@example.com,,,NY,,1
                0035e00000AAAACAAA,,Linus,Torvalds,linus@example.com,,,,,maybe

                """, good: 2, bad: ["invalid_bool": 1],
            query: "SELECT id, first_name, subscribed FROM profiles ORDER BY id",
            rows: "0035e00000AAAAAAAA|Ada|true\n0035e00000AAAABAAA|Grace|false"),
        PresetSample(
            name: "klaviyo", resource: "profiles",
            text: """
                \u{FEFF}Email,Klaviyo ID,First Name,Last Name,Organization,Title,Phone Number,Address,Address 2,City,State / Region,Country,Zip Code,Latitude,Longitude,Source,IP Address,Email Marketing Consent,Email Marketing Consent Timestamp,Historic Customer Lifetime Value,Profile Created On,Date Added,Last Active,Email Suppressions
                ada@example.com,01GDDKASAP8TKDDA2GRZDSVP4H,Ada,Lovelace,Engines,,+442079460958,,,London,,United Kingdom,SW1Y,,,Checkout,203.0.113.7,SUBSCRIBED,2024-01-01 10:00:00,1250.40,2023-12-01 08:00:00,2024-01-01 10:00:00,2024-02-02 11:00:00,
                grace@example.com,01GDDKASAP8TKDDA2GRZDSVP4J,Grace,Hopper,,,,,,,,,,,,,,UNSUBSCRIBED,,,2023-12-02 08:00:00,,,UNSUBSCRIBED
                linus@example.com,01GDDKASAP8TKDDA2GRZDSVP4K,Linus,,,,,,,,,,,,,,,NEVER_SUBSCRIBED,,"1,50",2023-12-03 08:00:00,,,

                """, good: 2, bad: ["invalid_decimal": 1],
            query: "SELECT id, subscribed, lifetime_value, created_at FROM profiles ORDER BY id",
            rows: "01GDDKASAP8TKDDA2GRZDSVP4H|true|1250.40|2023-12-01T08:00:00Z\n"
                + "01GDDKASAP8TKDDA2GRZDSVP4J|false||2023-12-02T08:00:00Z"),
        PresetSample(
            name: "intercom", resource: "profiles",
            text: """
                Name,Email,Phone number,User ID,Web sessions,Last seen,First seen,Signed up,City,Country,Unsubscribed from emails,Tag,Browser language
                Ada Lovelace,ada@example.com,,u-1,12,2024-02-02 11:00:00,2023-12-01 08:00:00,2023-12-01 08:00:00,London,United Kingdom,false,"beta,vip",en
                Grace Hopper,grace@example.com,,u-2,many,2024-02-02 11:00:00,2023-12-01 08:00:00,2023-12-01 08:00:00,,,true,,

                """, good: 1, bad: ["invalid_int": 1],
            query: "SELECT id, subscribed, language, attributes FROM profiles",
            rows: #"u-1|true|en|{"city":"London","name":"Ada Lovelace","tags":["beta","vip"],"sessions":12,"#
                + #""first_seen":"2023-12-01T08:00:00Z","unsubscribed":false}"#),
        PresetSample(
            name: "segment", resource: "events",
            text: """
                id,received_at,sent_at,user_id,anonymous_id,context_ip,event,event_text
                7c1c9bbf-9a5c-4d3e-8e1b-0d3f7a1c2b3d,2024-03-12 09:14:00.123 +0000,2024-03-12 09:13:59,u-1,a-1,203.0.113.7,order_completed,Order Completed
                not-a-uuid,2024-03-12 09:14:01.123 +0000,,u-2,a-2,,signed_up,Signed Up

                """, good: 1, bad: ["invalid_uuid": 1],
            query: "SELECT id, profile_id, name, ip, properties FROM events",
            rows: "7c1c9bbf-9a5c-4d3e-8e1b-0d3f7a1c2b3d|u-1|order_completed|203.0.113.7|"
                + #"{"event_text":"Order Completed","anonymous_id":"a-1"}"#),
    ]
}

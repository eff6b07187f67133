/// The resources a job may name.
///
/// The built-in one can be replaced by a file of the user's own.
package struct Catalogue: Sendable, Equatable {
    package let resources: [Resource]

    package init(resources: [Resource]) { self.resources = resources }

    /// The resource of that name.
    package func resource(_ name: String) -> Resource? { resources.first { $0.name.hasSameBytes(as: name) } }

    /// The seven resources every installation starts with.
    package static let builtIn = Catalogue(resources: [
        Resource(
            name: "profiles",
            columns: [
                Column("id", .text), Column("email", .text, isPersonal: true, check: .email),
                Column("phone", .text, isPersonal: true),
                Column("first_name", .text, isPersonal: true), Column("last_name", .text, isPersonal: true),
                Column("country", .text), Column("language", .text), Column("timezone", .text), Column("plan", .text),
                Column("subscribed", .bool, holdsConsent: true), Column("lifetime_value", .decimal),
                Column("password_hash", .text, isWriteOnly: true, isPersonal: true, check: .passwordHash),
                Column("created_at", .timestamp), Column("updated_at", .timestamp), Column("attributes", .json),
            ], key: ["id"], timeColumn: "created_at", canImport: true),
        Resource(
            name: "events",
            columns: [
                Column("id", .uuid), Column("profile_id", .text), Column("name", .text),
                Column("occurred_at", .timestamp), Column("session_id", .text), Column("source", .text),
                Column("ip", .text, isPersonal: true), Column("revenue", .decimal), Column("properties", .json),
            ], key: ["id"], timeColumn: "occurred_at", canImport: true),
        Resource(
            name: "contacts",
            columns: [
                Column("id", .text), Column("email", .text, isPersonal: true, check: .email),
                Column("phone", .text, isPersonal: true),
                Column("first_name", .text, isPersonal: true), Column("last_name", .text, isPersonal: true),
                Column("company", .text), Column("status", .text, holdsConsent: true), Column("tags", .json),
                Column("created_at", .timestamp), Column("attributes", .json),
            ], key: ["id"], timeColumn: "created_at", canImport: true),
        Resource(
            name: "audiences",
            columns: [
                Column("id", .text), Column("name", .text), Column("description", .text), Column("definition", .json),
                Column("member_count", .int), Column("created_at", .timestamp), Column("updated_at", .timestamp),
            ], key: ["id"], timeColumn: "created_at"),
        Resource(
            name: "workflows",
            columns: [
                Column("id", .text), Column("name", .text), Column("status", .text), Column("version", .int),
                Column("trigger", .json), Column("steps", .json), Column("created_at", .timestamp),
                Column("updated_at", .timestamp),
            ], key: ["id"], timeColumn: "created_at"),
        Resource(
            name: "analytics",
            columns: [
                Column("day", .date), Column("metric", .text), Column("dimension", .text), Column("value", .double),
            ], key: ["day", "metric", "dimension"], timeColumn: "day"),
        Resource(
            name: "survey_responses",
            columns: [
                Column("id", .text), Column("survey_id", .text), Column("profile_id", .text), Column("question", .text),
                Column("answer", .text, isPersonal: true), Column("score", .int), Column("submitted_at", .timestamp),
            ], key: ["id"], timeColumn: "submitted_at"),
    ])
}

internal import JobCore

/// What a cell is checked for.
enum ValueKind: UInt8, Sendable, CaseIterable {
    case text, int, decimal, double, bool, timestamp, date, uuid, json, email, phone, country, passwordHash
    /// Several texts in one cell, for a JSON column.
    case list
    /// Text that tells which row is meant: without white space at its ends, and all of it to be seen.
    case key

    /// Those that a spec can name.
    static let allCases: [ValueKind] = [
        .text, .int, .decimal, .double, .bool, .timestamp, .date, .uuid, .json, .email, .phone, .country, .passwordHash,
        .list,
    ]

    /// The name in a spec.
    var name: String { self == .passwordHash ? "password_hash" : "\(self)" }

    init?(name: String) {
        guard let kind = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = kind
    }

    /// What the catalogue says of a column.
    init(_ column: Column) {
        switch column.type {
        case .text:
            switch column.check {
            case .none: self = .text
            case .email: self = .email
            case .phone: self = .phone
            case .country: self = .country
            case .passwordHash: self = .passwordHash
            }
        case .int: self = .int
        case .decimal: self = .decimal
        case .double: self = .double
        case .bool: self = .bool
        case .timestamp: self = .timestamp
        case .date: self = .date
        case .uuid: self = .uuid
        case .json: self = .json
        }
    }

    /// The type of what it leaves.
    var type: ColumnType {
        switch self {
        case .text, .key, .email, .phone, .country, .passwordHash: .text
        case .int: .int
        case .decimal: .decimal
        case .double: .double
        case .bool: .bool
        case .timestamp: .timestamp
        case .date: .date
        case .uuid: .uuid
        case .json, .list: .json
        }
    }

    /// Kinds that can go into a column.
    static func allowed(in type: ColumnType) -> [ValueKind] {
        type == .text ? allCases.filter { $0 != .list } : allCases.filter { $0.type == type }
    }
}

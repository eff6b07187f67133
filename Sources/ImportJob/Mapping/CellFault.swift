internal import JobCore

/// Why a cell does not fit its column.
enum CellFault: Sendable {
    case none
    case invalidInt, invalidDecimal, invalidDouble, invalidBool, invalidTimestamp, invalidDate, invalidUUID, invalidJSON
    case invalidPasswordHash
    case outOfRange
    case notText
    case missingKey

    /// Stable code in the rejects file and the manifest.
    var code: String {
        switch self {
        case .none: ""
        case .invalidInt: "invalid_int"
        case .invalidDecimal: "invalid_decimal"
        case .invalidDouble: "invalid_double"
        case .invalidBool: "invalid_bool"
        case .invalidTimestamp: "invalid_timestamp"
        case .invalidDate: "invalid_date"
        case .invalidUUID: "invalid_uuid"
        case .invalidJSON: "invalid_json"
        case .invalidPasswordHash: "invalid_password_hash"
        case .outOfRange: "out_of_range"
        case .notText: "type_mismatch"
        case .missingKey: "missing_key"
        }
    }

    /// What would have been right; never the value that was found.
    var message: String {
        switch self {
        case .none: ""
        case .invalidInt: "expected an integer"
        case .invalidDecimal: "expected a decimal number such as 12.50"
        case .invalidDouble: "expected a number"
        case .invalidBool: "expected true or false (also 1/0, yes/no, t/f, y/n)"
        case .invalidTimestamp: "expected an RFC 3339 timestamp with a zone, such as 2026-04-01T12:00:00Z"
        case .invalidDate: "expected a date such as 2026-04-01"
        case .invalidUUID: "expected a UUID"
        case .invalidJSON: "expected JSON"
        case .invalidPasswordHash: "expected a bcrypt, scrypt or argon2 hash in PHC form"
        case .outOfRange: "the number does not fit 64 bits"
        case .notText: "expected text, found an object or array"
        case .missingKey: "a key field must have a value"
        }
    }
}

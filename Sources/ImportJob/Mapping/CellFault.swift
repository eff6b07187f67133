internal import JobCore

/// Why a cell does not fit its column.
enum CellFault: Sendable, Equatable {
    case none
    case invalidInt, invalidDecimal, invalidDouble, invalidBool, invalidTimestamp, invalidDate, invalidUUID, invalidJSON
    case invalidPasswordHash, invalidEmail, invalidPhone, invalidCountry, invalidList
    case outOfRange
    case tooLong
    case notText
    case notAnObject
    case ambiguousField
    case rowTooLarge
    /// A time without a zone, where nothing says which is meant.
    case missingZone
    /// A date in the form of one, and no calendar has that day.
    case impossibleDate(ImpossibleDate)
    case missingKey
    /// A key with characters that nobody sees.
    case invalidKey
    case missingValue

    /// Stable code in the rejects file and the manifest.
    var code: String {
        switch self {
        case .none: ""
        case .invalidInt: "invalid_int"
        case .invalidDecimal: "invalid_decimal"
        case .invalidDouble: "invalid_double"
        case .invalidBool: "invalid_bool"
        case .invalidTimestamp: "invalid_timestamp"
        case .invalidDate, .impossibleDate: "invalid_date"
        case .missingZone: "missing_zone"
        case .invalidUUID: "invalid_uuid"
        case .invalidJSON: "invalid_json"
        case .invalidPasswordHash: "invalid_password_hash"
        case .invalidEmail: "invalid_email"
        case .invalidPhone: "invalid_phone"
        case .invalidCountry: "invalid_country"
        case .invalidList: "invalid_list"
        case .outOfRange: "out_of_range"
        case .tooLong: "too_long"
        case .notText, .notAnObject: "type_mismatch"
        case .ambiguousField: "ambiguous_field"
        case .rowTooLarge: "row_too_large"
        case .missingKey: "missing_key"
        case .invalidKey: "invalid_key"
        case .missingValue: "missing_value"
        }
    }

    /// What would have been right; never the value that was found.
    var message: String {
        switch self {
        case .none: ""
        case .invalidInt: "expected an integer"
        case .invalidDecimal: "expected a decimal number such as 12.50; for others set 'format', such as 1.234,56"
        case .invalidDouble: "expected a number"
        case .invalidBool: "expected true or false (also 1/0, yes/no, t/f, y/n)"
        case .invalidTimestamp:
            "expected an RFC 3339 timestamp with a zone, such as 2026-04-01T12:00:00Z; for others set 'format'"
        case .missingZone:
            "the time names no zone; set 'timezone' to the one that is meant, such as Europe/Berlin or UTC"
        case .impossibleDate(let date): "\(date)"
        case .invalidDate: "expected a date such as 2026-04-01; for others set 'format'"
        case .invalidUUID: "expected a UUID"
        case .invalidJSON: "expected JSON"
        case .invalidPasswordHash: "expected a bcrypt, scrypt or argon2 hash in PHC form"
        case .invalidEmail: "expected an e-mail address such as ada@example.com, without invisible characters"
        case .invalidPhone: "expected an international telephone number such as +49301234567"
        case .invalidCountry: "expected a country's ISO 3166 code, such as DE, or its English name"
        case .invalidList: "expected a list such as a,b or \"a\",\"b\", every quote closed"
        case .outOfRange: "the number does not fit 64 bits"
        case .tooLong: "the text is longer than the field, or a row, may be"
        case .notText: "expected text, found an object or array"
        case .notAnObject: "fields can only be added to a JSON object"
        case .ambiguousField:
            "the record names it more than once, with different values; say in 'mapping' which name counts"
        case .rowTooLarge:
            "the row has more than \(RowCanonicaliser.maximumRowBytes >> 20) MiB when its rules are applied"
        case .invalidKey: "a key may not hold invisible characters, such as zero-width spaces or controls"
        case .missingKey: "a key field must have a value"
        case .missingValue: "a value is required"
        }
    }

    /// Whether another `format` could be the remedy.
    var isAboutFormat: Bool {
        switch self {
        case .invalidInt, .invalidDecimal, .invalidDouble, .invalidBool, .invalidTimestamp, .invalidDate: true
        default: false
        }
    }

    /// A number that is not written as it should be.
    static func invalid(_ kind: ValueKind) -> CellFault {
        kind == .int ? .invalidInt : kind == .decimal ? .invalidDecimal : .invalidDouble
    }
}

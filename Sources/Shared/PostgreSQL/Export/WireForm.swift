internal import JobCore

/// How the values of one column come over the wire in the binary form of COPY.
///
/// See https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4 and the `*send` functions of the types.
enum WireForm: UInt8 {
    /// Bytes that are the canonical text.
    case text
    /// A version byte, then text with a space behind each comma and colon.
    case jsonb
    case bool
    case int2, int4, int8
    /// An unsigned number of four bytes.
    case oid
    case float4, float8
    case numeric
    /// Microseconds since 2000, with or without a zone.
    case timestamp
    /// Days since 2000.
    case date
    case uuid
}

/// How a column is asked for, and how its answer is read.
struct ColumnRead {
    let expression: String
    let form: WireForm

    /// Object ids of `pg_type.dat`; they never change.
    private enum TypeId {
        static let bool = 16, char = 18, name = 19, int8 = 20, int2 = 21, int4 = 23, text = 25, oid = 26
        static let json = 114, float4 = 700, float8 = 701, bpchar = 1042, varchar = 1043, date = 1082
        static let timestamp = 1114, timestamptz = 1184, numeric = 1700, uuid = 2950, jsonb = 3802
        static let texts: Set<Int> = [text, varchar, bpchar, name]
        static let integers: Set<Int> = [int2, int4, int8, oid]
    }

    /// The way to read a column of the table as a type of the catalogue.
    ///
    /// What PostgreSQL has no own canonical text for is read as the text it prints; text that should be something else
    /// is converted by the server. Throws `column_type_mismatch` (78).
    init(_ column: Column, _ field: TableShape.Field, table: String) throws(JobError) {
        let name = Quoting.name(field.name)
        if let form = Self.native(field, as: column.type) {
            self.init(name, form)
            return
        }
        let isText = TypeId.texts.contains(field.typeId)
        switch column.type {
        case .text: self.init("\(name)::text", .text)
        case .json where isText: self.init("\(name)::jsonb", .jsonb)
        // Also of the type json, which keeps the text as it was written.
        case .json: self.init("to_jsonb(\(name))", .jsonb)
        case .int where isText: self.init("\(name)::bigint", .int8)
        case .decimal where isText: self.init("\(name)::numeric", .numeric)
        case .double where isText: self.init("\(name)::double precision", .float8)
        case .bool where isText: self.init("\(name)::boolean", .bool)
        case .timestamp where isText: self.init("\(name)::timestamptz", .timestamp)
        case .date where isText: self.init("\(name)::date", .date)
        case .uuid where isText: self.init("\(name)::uuid", .uuid)
        case .int, .decimal, .double, .bool, .timestamp, .date, .uuid:
            throw JobError(
                .columnTypeMismatch,
                "column \(field.name) of table \(table) is \(field.typeName), the catalogue says \(column.type.rawValue)",
                hint: "correct the column's type in the catalogue; text takes every type")
        }
    }

    private init(_ expression: String, _ form: WireForm) {
        self.expression = expression
        self.form = form
    }

    /// The form of a type that is read as it is.
    private static func native(_ field: TableShape.Field, as type: ColumnType) -> WireForm? {
        guard !field.isArray else { return nil }
        switch type {
        case .text:
            return switch field.typeId {
            case let id where TypeId.texts.contains(id): .text
            case TypeId.json: .text
            case TypeId.jsonb: .jsonb
            case TypeId.uuid: .uuid
            case TypeId.timestamp, TypeId.timestamptz: .timestamp
            default: integer(field.typeId)
            }
        case .int: return integer(field.typeId)
        case .decimal: return field.typeId == TypeId.numeric ? .numeric : integer(field.typeId)
        case .double:
            return field.typeId == TypeId.float8
                ? .float8 : field.typeId == TypeId.float4 ? .float4 : integer(field.typeId)
        case .bool: return field.typeId == TypeId.bool ? .bool : nil
        case .timestamp:
            return field.typeId == TypeId.timestamptz || field.typeId == TypeId.timestamp ? .timestamp : nil
        case .date: return field.typeId == TypeId.date ? .date : nil
        case .uuid: return field.typeId == TypeId.uuid ? .uuid : nil
        case .json: return field.typeId == TypeId.jsonb ? .jsonb : nil
        }
    }

    private static func integer(_ typeId: Int) -> WireForm? {
        switch typeId {
        case TypeId.int2: .int2
        case TypeId.int4: .int4
        case TypeId.int8: .int8
        case TypeId.oid: .oid
        default: nil
        }
    }
}

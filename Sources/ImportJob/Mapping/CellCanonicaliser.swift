internal import Formats
internal import JobCore

/// Checks one cell against the type of its column and appends its canonical text.
struct CellCanonicaliser: Sendable {
    let isJSONSource: Bool
    /// The database can hold instants outside the years 1 to 9999, infinities and what is not a number.
    let allowsSpecialValues: Bool
    /// Of times that name none; nil when nothing says which.
    var zone: ZoneRules?

    /// Appends the canonical text and clears `isNull`, or leaves both alone for a cell that counts as null.
    ///
    /// Else tells what is wrong; then what was appended is of no use. `isLiteral`: a string that is not taken for the
    /// JSON that is in it.
    @inline(__always)
    func append(
        _ cell: UnsafeBufferPointer<UInt8>, isString: Bool, isLiteral: Bool = false, _ kind: ValueKind,
        to output: inout [UInt8], isNull: inout Bool
    ) -> CellFault {
        if kind == .text {
            isNull = false
            if unsafe isJSONSource && Self.isNoText(cell, isString: isString) { return .notText }
            unsafe output.append(contentsOf: cell)
            return .none
        }
        if kind == .json, isString, isJSONSource {
            isNull = false
            return unsafe jsonString(cell, isLiteral: isLiteral, to: &output)
        }
        let trimmed = unsafe Self.trim(cell)
        if trimmed.isEmpty {
            // Empty text is a text; empty anything else is null.
            if kind.type == .text { isNull = false }
            return kind == .passwordHash ? .invalidPasswordHash : .none
        }
        isNull = false
        switch kind {
        case .text: return .none
        case .key: return unsafe key(trimmed, isString: isString, to: &output)
        case .timestamp: return unsafe timestamp(trimmed, zone, to: &output)
        case .uuid: return unsafe UUIDText.append(trimmed, to: &output) ? .none : .invalidUUID
        case .decimal: return unsafe decimal(trimmed, to: &output)
        case .json where isString: return unsafe jsonString(trimmed, isLiteral: isLiteral, to: &output)
        case .json: return unsafe CanonicalJSON.append(trimmed, to: &output) ? .none : .invalidJSON
        case .int: return unsafe integer(trimmed, to: &output)
        case .bool: return unsafe bool(trimmed, to: &output)
        case .double: return unsafe double(trimmed, to: &output)
        case .date: return unsafe date(trimmed, to: &output)
        case .email: return unsafe kept(trimmed, EmailAddress.isValid(trimmed) ? .none : .invalidEmail, to: &output)
        case .passwordHash:
            return unsafe kept(cell, PasswordHash.isValid(cell) ? .none : .invalidPasswordHash, to: &output)
        case .list:
            return unsafe ListText.append(trimmed, delimiter: UInt8(ascii: ","), to: &output) ? .none : .invalidList
        case .phone: return unsafe written(PhoneNumber.canonical(trimmed), .invalidPhone, to: &output)
        case .country: return unsafe written(CountryCode.canonical(trimmed), .invalidCountry, to: &output)
        }
    }

    private static func isNoText(_ cell: UnsafeBufferPointer<UInt8>, isString: Bool) -> Bool {
        if isString { return false }
        let first = unsafe cell.first
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    }

    @inline(__always)
    private func kept(
        _ cell: UnsafeBufferPointer<UInt8>, _ fault: CellFault, to output: inout [UInt8]
    ) -> CellFault {
        if fault == .none { unsafe output.append(contentsOf: cell) }
        return fault
    }

    private func written(_ text: String?, _ fault: CellFault, to output: inout [UInt8]) -> CellFault {
        guard let text else { return fault }
        output.append(contentsOf: text.utf8)
        return .none
    }

    /// The cell without white space at its ends, that of Unicode too.
    @inline(__always)
    static func trim(_ cell: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        // Most cells have none.
        if let first = unsafe cell.first, let last = unsafe cell.last, first &- 0x21 < 0x5E, last &- 0x21 < 0x5E {
            return unsafe cell
        }
        return unsafe VisibleText.trimmed(cell)
    }

    /// Text of a key: what looks the same is the same.
    private func key(
        _ cell: UnsafeBufferPointer<UInt8>, isString: Bool, to output: inout [UInt8]
    ) -> CellFault {
        if unsafe isJSONSource && Self.isNoText(cell, isString: isString) { return .notText }
        if unsafe !VisibleText.isPlain(cell) && VisibleText.hasInvisible(cell) {
            return unsafe VisibleText.isBlank(cell) ? .missingKey : .invalidKey
        }
        unsafe output.append(contentsOf: cell)
        return .none
    }

    /// A time; `zone` is that of times that name none.
    ///
    /// A day alone is its midnight, in UTC when nothing says otherwise.
    func timestamp(
        _ cell: UnsafeBufferPointer<UInt8>, _ zone: ZoneRules?, to output: inout [UInt8]
    ) -> CellFault {
        if cell.count > 10, let instant = unsafe Timestamp.parse(cell, isExtended: allowsSpecialValues) {
            return write(instant, to: &output)
        }
        switch unsafe TimeText.read(cell) {
        case .instant(let instant): return write(instant, to: &output)
        case .local(let time):
            if zone == nil && !time.isDate { return .missingZone }
            guard let instant = time.instant(zone) else { return .invalidTimestamp }
            return write(instant, to: &output)
        case .impossible(let date): return .impossibleDate(date)
        case .unreadable:
            guard let instant = unsafe Timestamp.parse(cell, isExtended: allowsSpecialValues) else {
                return .invalidTimestamp
            }
            return write(instant, to: &output)
        }
    }

    private func write(_ instant: Instant, to output: inout [UInt8]) -> CellFault {
        output.append(addingCapacity: Timestamp.maximumBytes) { output in
            unsafe output.withUnsafeMutableBufferPointer { buffer, count in
                if let base = buffer.baseAddress { count += unsafe Timestamp.write(instant, to: base + count) }
            }
        }
        return .none
    }

    private func date(_ cell: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) -> CellFault {
        guard let day = unsafe CalendarDate.parse(cell, isExtended: allowsSpecialValues) else {
            if case .impossible(let date) = unsafe TimeText.read(cell) { return .impossibleDate(date) }
            return .invalidDate
        }
        output.append(addingCapacity: CalendarDate.maximumBytes) { output in
            unsafe output.withUnsafeMutableBufferPointer { buffer, count in
                if let base = buffer.baseAddress { count += unsafe CalendarDate.write(day, to: base + count) }
            }
        }
        return .none
    }

    private func decimal(_ cell: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) -> CellFault {
        if unsafe DecimalText.append(cell, to: &output) { return .none }
        return unsafe specialNumber(cell, to: &output) ? .none : .invalidDecimal
    }

    private func specialNumber(_ cell: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) -> Bool {
        unsafe allowsSpecialValues && SpecialNumber.append(cell, to: &output)
    }

    /// A JSON string that holds an object or array is taken for it, as files embed JSON in strings, unless it is written
    /// as an export writes one that is meant; any other string stays one, an empty one too.
    private func jsonString(
        _ cell: UnsafeBufferPointer<UInt8>, isLiteral: Bool, to output: inout [UInt8]
    ) -> CellFault {
        let inside = unsafe Self.trim(cell)
        let first = unsafe inside.first
        if !isLiteral, first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
            if unsafe CanonicalJSON.append(inside, to: &output) { return .none }
        }
        return unsafe CanonicalJSON.append(text: cell, to: &output) ? .none : .invalidJSON
    }

    private func integer(_ cell: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) -> CellFault {
        var index = 0
        let isNegative = unsafe cell[0] == UInt8(ascii: "-")
        if unsafe isNegative || cell[0] == UInt8(ascii: "+") { index = 1 }
        if index == cell.count { return .invalidInt }
        var value: Int64 = 0
        var overflows = false
        while index < cell.count {
            let digit = unsafe cell[index] &- 0x30
            if digit > 9 { return .invalidInt }
            let (product, tooBig) = value.multipliedReportingOverflow(by: 10)
            let (sum, tooLong) = product.subtractingReportingOverflow(Int64(digit))
            overflows = overflows || tooBig || tooLong
            value = sum
            index += 1
        }
        // Counted downwards, so that the smallest value fits.
        if overflows || (!isNegative && value == .min) { return .outOfRange }
        output.append(contentsOf: String(isNegative ? value : -value).utf8)
        return .none
    }

    private func bool(_ cell: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) -> CellFault {
        if unsafe Self.equals(cell, "true") {
            output.append(contentsOf: "true".utf8)
            return .none
        }
        if unsafe Self.equals(cell, "false") {
            output.append(contentsOf: "false".utf8)
            return .none
        }
        switch unsafe String(decoding: cell.prefix(6), as: UTF8.self).lowercased() {
        case "true", "1", "yes", "t", "y": output.append(contentsOf: "true".utf8)
        case "false", "0", "no", "f", "n": output.append(contentsOf: "false".utf8)
        default: return .invalidBool
        }
        return .none
    }

    @inline(__always)
    private static func equals(_ cell: UnsafeBufferPointer<UInt8>, _ word: StaticString) -> Bool {
        guard cell.count == word.utf8CodeUnitCount else { return false }
        for index in cell.indices where unsafe cell[index] != word.utf8Start[index] { return false }
        return true
    }

    private func double(_ cell: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) -> CellFault {
        // Swift would also read hexadecimal, "inf" and "nan".
        guard unsafe cell.allSatisfy({ $0 &- 0x30 < 10 || "+-.eE".utf8.contains($0) }),
            let value = unsafe Double(String(decoding: cell, as: UTF8.self))
        else { return unsafe specialNumber(cell, to: &output) ? .none : .invalidDouble }
        guard value.isFinite else { return .outOfRange }
        output.append(contentsOf: value.description.utf8)
        return .none
    }
}

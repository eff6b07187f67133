internal import JobCore

extension CSVScanner {
    /// Scans as `walk` does, byte by byte: for dialects that it does not know, and for lines near a quote that is not
    /// closed.
    ///
    /// Also comes back with `exhausted` where `walk` can go on.
    mutating func walkSlowly(
        _ input: UnsafePointer<UInt8>, _ position: inout Int, to end: Int, output: inout Output, fullBytes: Int,
        fullFields: Int, lines: inout [Int], offsets: inout [Int]
    ) -> Event {
        while position < end {
            let byte = unsafe input[position]
            let isBreak = byte == 0x0A || byte == 0x0D
            switch mode {
            case .recordStart:
                if dialect.isPlain && offset >= suspectEnd { return .exhausted }
                if isBreak {
                    pass(byte, &position)
                    continue
                }
                recordOffset = offset
                recordLine = line
                recordBytes = output.byteCount
                recordFields = output.endCount
                hasStray = false
                isSuspect = false
                mode = .fieldStart
            case .fieldStart:
                fieldStart = output.byteCount
                blankCount = 0
                if byte == dialect.quote {
                    wasQuoted = true
                    mode = .quoted
                    pass(byte, &position)
                } else if byte == 0x20 && dialect.blanks != .text {
                    mode = .blanks
                } else {
                    mode = .unquoted
                }
            case .blanks:
                if byte == 0x20 {
                    blankCount += 1
                    pass(byte, &position)
                } else if byte == dialect.quote {
                    wasQuoted = true
                    blankCount = 0
                    mode = .quoted
                    pass(byte, &position)
                } else {
                    if dialect.blanks == .aroundQuotes {
                        for _ in 0..<blankCount { output.add(0x20) }
                    }
                    blankCount = 0
                    mode = .unquoted
                }
            case .unquoted:
                if isBreak || byte == dialect.delimiter {
                    if let event = endField(byte, &position, &output, fullBytes, fullFields, &lines, &offsets) {
                        return event
                    }
                } else {
                    if byte == dialect.quote { hasStray = true }
                    take(byte, &position, &output)
                }
            case .quoted:
                if byte == dialect.quote {
                    mode = .quoteSeen
                    pass(byte, &position)
                } else if byte == UInt8(ascii: "\\") && dialect.escapes {
                    mode = .escaped
                    pass(byte, &position)
                } else {
                    take(byte, &position, &output)
                    if isBreak && offset < suspectEnd { return .malformed }
                }
            case .escaped:
                if byte != dialect.quote && byte != UInt8(ascii: "\\") { output.add(UInt8(ascii: "\\")) }
                take(byte, &position, &output)
                mode = .quoted
                if isBreak && offset < suspectEnd { return .malformed }
            case .quoteSeen:
                if byte == dialect.quote {
                    take(byte, &position, &output)
                    mode = .quoted
                } else if isBreak || byte == dialect.delimiter {
                    if let event = endField(byte, &position, &output, fullBytes, fullFields, &lines, &offsets) {
                        return event
                    }
                } else if byte == 0x20 && dialect.blanks != .text {
                    mode = .closed
                    pass(byte, &position)
                } else {
                    return .malformed
                }
            case .closed:
                if byte == 0x20 {
                    pass(byte, &position)
                } else if isBreak || byte == dialect.delimiter {
                    if let event = endField(byte, &position, &output, fullBytes, fullFields, &lines, &offsets) {
                        return event
                    }
                } else {
                    return .malformed
                }
            case .broken:
                // The line end stays, as that of a blank line.
                if isBreak { return .malformed }
                pass(byte, &position)
            }
        }
        if mode == .recordStart { return .exhausted }
        if offset - recordOffset > limits.recordBytes { return .limit(.recordBytes) }
        if mode != .fieldStart && mode != .broken && output.byteCount - fieldStart > limits.fieldBytes {
            return .limit(.fieldBytes)
        }
        return .exhausted
    }

    /// Moves behind a byte.
    @inline(__always)
    private mutating func pass(_ byte: UInt8, _ position: inout Int) {
        if byte == 0x0D || (byte == 0x0A && !followsCR) { line &+= 1 }
        followsCR = byte == 0x0D
        isSuspect = isSuspect || byte == 0 || byte >= 0x80
        position &+= 1
        offset &+= 1
    }

    /// Moves behind a byte that belongs to the field.
    @inline(__always)
    private mutating func take(_ byte: UInt8, _ position: inout Int, _ output: inout Output) {
        output.add(byte)
        pass(byte, &position)
    }

    /// Ends the field at a delimiter or line end.
    private mutating func endField(
        _ byte: UInt8, _ position: inout Int, _ output: inout Output, _ fullBytes: Int, _ fullFields: Int,
        _ lines: inout [Int], _ offsets: inout [Int]
    ) -> Event? {
        let length = output.byteCount - fieldStart
        output.endField(isNull: length == 0 && !wasQuoted)
        wasQuoted = false
        let recordLength = offset - recordOffset
        pass(byte, &position)
        mode = byte == dialect.delimiter ? .fieldStart : .recordStart
        if length > limits.fieldBytes { return .limit(.fieldBytes) }
        if mode == .fieldStart {
            return output.endCount - recordFields >= limits.columns ? .limit(.columns) : nil
        }
        if recordLength > limits.recordBytes { return .limit(.recordBytes) }
        guard isRegular(output) else { return .irregular }
        lines.append(recordLine)
        offsets.append(recordOffset)
        return output.byteCount >= fullBytes || output.endCount >= fullFields ? .full : nil
    }

    private func isRegular(_ output: Output) -> Bool {
        let rowBytes = output.byteCount - recordBytes
        guard output.endCount - recordFields == expected, !hasStray,
            rowBytes != headerBytes, rowBytes != headerBytes + 3
        else { return false }
        if unsafe BlankText.isBlank(output.bytes, from: recordBytes, to: output.byteCount) { return false }
        return unsafe !isSuspect
            || Self.isSound(output.bytes, output.ends, fields: recordFields..<output.endCount, from: recordBytes)
    }
}

extension CSVScanner {
    /// Of the same letters in any order and case the same.
    static func letterSum(_ bytes: UnsafePointer<UInt8>, count: Int) -> UInt32 {
        var sum: UInt32 = 0
        for index in 0..<count { sum &+= unsafe UInt32(bytes[index] | 0x20) }
        return sum
    }

    /// The same of fields that are together.
    static func letterSum(_ bytes: [UInt8]) -> UInt32 { bytes.reduce(0) { $0 &+ UInt32($1 | 0x20) } }
}

extension CSVScanner.Output {
    /// Adds a byte of text.
    @inline(__always)
    mutating func add(_ byte: UInt8) {
        unsafe bytes[byteCount] = byte
        byteCount &+= 1
    }

    /// Adds the end of a field.
    @inline(__always)
    mutating func endField(isNull: Bool) {
        unsafe ends[endCount] = CellEnd(byteCount, isNull: isNull)
        endCount &+= 1
    }
}

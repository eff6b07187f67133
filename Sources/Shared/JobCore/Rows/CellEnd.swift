/// An entry of `RowBatch.ends`: where the bytes of a cell end, and what kind of cell it is.
///
/// Only this file knows how both stand in 32 bits: 30 bits of offset, below two flags.
@usableFromInline package struct CellEnd: Sendable, Equatable {
    /// What a cell is besides its bytes.
    @usableFromInline package struct Kind: Sendable, Equatable {
        @usableFromInline let flags: UInt32

        @inlinable @inline(__always)
        init(flags: UInt32) { self.flags = flags }

        /// A value of which the source says nothing more.
        @inlinable @inline(__always) package static var value: Kind { Kind(flags: 0) }
        /// Null.
        @inlinable @inline(__always) package static var null: Kind { Kind(flags: 1 << 31) }
        /// A value that the source marked as a string (JSON only): `"12"` as opposed to `12`.
        @inlinable @inline(__always) package static var string: Kind { Kind(flags: 1 << 30) }
        /// Null because the record has no such name (JSON only), not because it says null.
        @inlinable @inline(__always) package static var absent: Kind { Kind(flags: 3 << 30) }
    }

    /// The largest offset: a batch holds less than 1 GiB.
    ///
    /// Readers and mappings end a batch far below it, and measure it as it is after numbers are written out.
    @inlinable @inline(__always) package static var largestOffset: Int { (1 << 30) - 1 }

    @usableFromInline let bits: UInt32

    @inlinable @inline(__always)
    init(bits: UInt32) { self.bits = bits }

    /// The end of a cell whose bytes end there.
    ///
    /// Precondition: the offset is at most `largestOffset`.
    @inlinable @inline(__always)
    package init(_ offset: Int, _ kind: Kind = .value) {
        bits = UInt32(truncatingIfNeeded: offset) | kind.flags
    }

    /// The end of a cell with or without a value whose bytes end there.
    @inlinable @inline(__always)
    package init(_ offset: Int, isNull: Bool) {
        let plain = UInt32(truncatingIfNeeded: offset)
        bits = isNull ? plain | Kind.null.flags : plain
    }

    /// Where the bytes end.
    @inlinable @inline(__always)
    package var offset: Int { Int(truncatingIfNeeded: bits & 0x3FFF_FFFF) }

    /// Whether the cell is null.
    @inlinable @inline(__always)
    package var isNull: Bool { bits & Kind.null.flags != 0 }

    /// Whether the source marked the cell as a string.
    @inlinable @inline(__always)
    package var isString: Bool { bits & Kind.string.flags != 0 }

    /// Whether the record has no such name.
    @inlinable @inline(__always)
    package var isAbsent: Bool { bits & Kind.absent.flags == Kind.absent.flags }

    /// The end of the same kind of cell at another place.
    @inlinable @inline(__always)
    package func moved(to offset: Int) -> CellEnd { CellEnd(offset, Kind(flags: bits & Kind.absent.flags)) }

    /// The end of the same cell when its bytes lie that much further on.
    @inlinable @inline(__always)
    package func moved(by distance: Int) -> CellEnd {
        // Flags are above the offset, which does not reach them.
        CellEnd(bits: bits &+ UInt32(truncatingIfNeeded: distance))
    }
}

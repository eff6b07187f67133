/// The quotes between a field's opening and its closing one, in a block of 64 bytes.
///
/// Quotes that stand side by side are taken two by two from the first one on; what is left over closes the field. Found
/// for all at once, as simdjson finds escaped characters (Langdale and Lemire, "Parsing gigabytes of JSON per second",
/// 2019): a carry runs through each run of ones, and tells those that begin at an even bit from the others.
struct QuotePairs: Sendable {
    /// The first quote of each pair before the closing one.
    let firsts: UInt64
    /// Where the quote is that closes the field, or may be the first of a pair when it is the block's last byte; 64 when
    /// there is none.
    let closing: Int

    /// `quotes` has a one for each quote from the field's text on; bit 0 is the first byte.
    @inline(__always)
    init(_ quotes: UInt64) {
        let even: UInt64 = 0x5555_5555_5555_5555
        let starts = quotes & ~(quotes << 1)
        let fromEven = quotes & ~(quotes &+ (starts & even))
        let left = (fromEven & even) | (quotes & ~fromEven & ~even)
        let closers = left & ~(quotes >> 1)
        closing = closers.trailingZeroBitCount
        firsts = left & ~closers & ((closers & (0 &- closers)) &- 1)
    }
}

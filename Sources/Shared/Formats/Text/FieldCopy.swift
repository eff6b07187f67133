internal import CSIMD

/// Copies field bytes 16 at a time, beyond their end where both sides have room.
enum FieldCopy {
    /// Room every destination must have behind the bytes that are wanted.
    static let slack = 64

    /// Copies `count` bytes; up to 15 bytes behind them are overwritten at the destination.
    ///
    /// `readable` is how many bytes may be read at `from`, at least `count`.
    @inline(__always)
    static func copy(
        _ to: UnsafeMutablePointer<UInt8>, _ from: UnsafePointer<UInt8>, _ count: Int, readable: Int
    ) {
        var at = 0
        while at < count {
            if at &+ 16 > readable {
                unsafe (to + at).update(from: from + at, count: count &- at)
                return
            }
            unsafe csimd_copy16(to + at, from + at)
            at &+= 16
        }
    }

    /// Copies `count` bytes; where `isInner`, both sides have `slack` bytes of room behind.
    @inline(__always)
    static func copy(
        _ to: UnsafeMutablePointer<UInt8>, _ from: UnsafePointer<UInt8>, _ count: Int, isInner: Bool
    ) {
        guard isInner else {
            unsafe to.update(from: from, count: count)
            return
        }
        unsafe csimd_copy16(to, from)
        var at = 16
        while at < count {
            unsafe csimd_copy16(to + at, from + at)
            at &+= 16
        }
    }
}

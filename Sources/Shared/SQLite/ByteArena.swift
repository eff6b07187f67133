internal import JobCore

/// A growing byte buffer that is written through a raw pointer: one bounds check per value, none per byte.
@safe struct ByteArena: ~Copyable {
    private(set) var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    var count = 0

    init(capacity: Int) {
        unsafe base = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        self.capacity = capacity
    }

    deinit {
        unsafe base.deallocate()
    }

    /// Makes room for `extra` more bytes.
    @inline(__always)
    mutating func reserve(_ extra: Int) {
        if count + extra > capacity { grow(extra) }
    }

    private mutating func grow(_ extra: Int) {
        let newCapacity = max(capacity * 2, count + extra)
        let newBase = UnsafeMutablePointer<UInt8>.allocate(capacity: newCapacity)
        unsafe newBase.update(from: base, count: count)
        unsafe base.deallocate()
        unsafe base = newBase
        capacity = newCapacity
    }

    /// Appends bytes.
    @inline(__always)
    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let start = bytes.baseAddress else { return }
        reserve(bytes.count)
        unsafe (base + count).update(from: start, count: bytes.count)
        count += bytes.count
    }

    /// Appends the canonical text of an instant.
    @inline(__always)
    mutating func append(_ instant: Instant) {
        reserve(Timestamp.maximumBytes)
        count += unsafe Timestamp.write(instant, to: base + count)
    }

    /// Appends short text.
    mutating func append(_ text: String) {
        reserve(text.utf8.count)
        for byte in text.utf8 {
            unsafe base[count] = byte
            count += 1
        }
    }

    /// Appends an integer in decimal digits.
    mutating func append(_ number: Int64) {
        reserve(IntegerText.maximumBytes)
        count += unsafe IntegerText.write(number, to: base + count)
    }
}

/// A growing byte buffer that is written through a raw pointer: one bounds check per value, none per byte.
@safe final class ByteArena {
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
    func reserve(_ extra: Int) {
        if count + extra > capacity { grow(extra) }
    }

    private func grow(_ extra: Int) {
        let newCapacity = max(capacity * 2, count + extra)
        let newBase = UnsafeMutablePointer<UInt8>.allocate(capacity: newCapacity)
        unsafe newBase.update(from: base, count: count)
        unsafe base.deallocate()
        unsafe base = newBase
        capacity = newCapacity
    }

    /// Appends bytes.
    @inline(__always)
    func append(_ bytes: UnsafePointer<UInt8>, _ length: Int) {
        reserve(length)
        unsafe (base + count).update(from: bytes, count: length)
        count += length
    }

    /// Appends short text.
    func append(_ text: String) {
        reserve(text.utf8.count)
        for byte in text.utf8 {
            unsafe base[count] = byte
            count += 1
        }
    }

    /// Appends an integer in decimal digits.
    func append(_ number: Int64) {
        reserve(20)
        var magnitude = number.magnitude
        var digits = 1
        var rest = magnitude / 10
        while rest > 0 {
            digits += 1
            rest /= 10
        }
        if number < 0 {
            unsafe base[count] = UInt8(ascii: "-")
            count += 1
        }
        var index = count + digits
        repeat {
            index -= 1
            unsafe base[index] = UInt8(ascii: "0") + UInt8(magnitude % 10)
            magnitude /= 10
        } while index > count
        count += digits
    }
}

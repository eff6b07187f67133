internal import Glibc

/// About how many different values there are: HyperLogLog with 1,024 registers, some 3 % off, nearly exact for few.
///
/// Flajolet et al., HyperLogLog (2007), with linear counting for small numbers.
struct DistinctEstimate {
    private static let bits = 10
    private var registers = [UInt8](repeating: 0, count: 1 << bits)

    @inline(__always)
    mutating func add(_ hash: UInt64) {
        let register = Int(truncatingIfNeeded: hash & UInt64((1 << Self.bits) - 1))
        let rank = UInt8(truncatingIfNeeded: ((hash >> Self.bits) | (1 << 53)).trailingZeroBitCount + 1)
        if registers[register] < rank { registers[register] = rank }
    }

    /// The estimate.
    var count: Int {
        let size = Double(registers.count)
        let free = registers.count { $0 == 0 }
        let sum = registers.reduce(0.0) { $0 + exp2(-Double($1)) }
        let raw = 0.7213 / (1 + 1.079 / size) * size * size / sum
        if raw <= 2.5 * size && free > 0 { return Int((size * log(size / Double(free))).rounded()) }
        // Chosen hashes can make it as large as they like.
        return Int(min(raw, 1e15).rounded())
    }

    /// A number that differs for different texts, as good as always.
    @inline(__always)
    static func hash(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var hash = UInt64(truncatingIfNeeded: text.count) &* 0x9E37_79B9_7F4A_7C15
        var index = 0
        let raw = UnsafeRawBufferPointer(text)
        while index + 8 <= text.count {
            hash = unsafe (hash ^ raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)) &* 0xFF51_AFD7_ED55_8CCD
            hash ^= hash >> 32
            index += 8
        }
        while index < text.count {
            hash = unsafe (hash ^ UInt64(text[index])) &* 0x0000_0100_0000_01B3
            index += 1
        }
        hash = (hash ^ (hash >> 33)) &* 0xC4CE_B9FE_1A85_EC53
        return hash ^ (hash >> 29)
    }
}

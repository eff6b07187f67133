import TestSupport
import Testing

@testable import Formats

@Suite("Quotes of a block by pairs")
struct QuotePairsTests {
    /// The same one quote after the other.
    private func oneByOne(_ quotes: UInt64) -> (firsts: UInt64, closing: Int) {
        var firsts: UInt64 = 0
        var at = 0
        while at < 64 {
            guard quotes >> UInt64(at) & 1 == 1 else {
                at += 1
                continue
            }
            guard at < 63, quotes >> UInt64(at + 1) & 1 == 1 else { return (firsts, at) }
            firsts |= 1 << UInt64(at)
            at += 2
        }
        return (firsts, 64)
    }

    @Test("They are those that are found one by one: runs at every place, and random blocks")
    func pairs() {
        var blocks: [UInt64] = [0, .max, 0x5555_5555_5555_5555, 0xAAAA_AAAA_AAAA_AAAA]
        for start in 0..<64 {
            for length in 1...64 - start {
                let run = (length == 64 ? UInt64.max : (1 << UInt64(length)) - 1) << UInt64(start)
                blocks += [run, run | 1 << 63, run | 1]
            }
        }
        var random = SeededRandom(seed: 41)
        for _ in 0..<20_000 {
            let first = random.next()
            blocks += [first, first & random.next(), first | random.next(), first & random.next() & random.next()]
        }
        let wrong = blocks.first { block in
            let (found, expected) = (QuotePairs(block), oneByOne(block))
            return found.firsts != expected.firsts || found.closing != expected.closing
        }
        #expect(wrong == nil, "\(String(wrong ?? 0, radix: 2))")
    }
}

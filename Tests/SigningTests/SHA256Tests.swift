import Signing
import TestSupport
import Testing

@Suite("SHA-256")
struct SHA256Tests {
    /// The examples of FIPS 180-4 and the NIST byte-oriented short-message vectors.
    static let vectors: [(text: String, hex: String)] = [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
    ]

    @Test("The published examples give the published digests", arguments: vectors)
    func vector(text: String, hex: String) {
        #expect(SHA256Digest.of(Array(text.utf8)).hex == hex)
    }

    @Test(
        "A million letters a give the published digest, whatever the pieces are",
        arguments: [1, 63, 64, 65, 4096, 1_000_000])
    func millionLetters(pieceCount: Int) {
        let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
        var hasher = SHA256Hasher()
        var start = 0
        while start < bytes.count {
            let end = min(start + pieceCount, bytes.count)
            hasher.update(bytes, range: start..<end)
            start = end
        }
        let digest = hasher.finish()
        #expect(digest.hex == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test("Pieces of random sizes, empty ones included, give the digest of the whole", arguments: UInt64(1)...20)
    func randomPieces(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let bytes = (0..<Int.random(in: 0...3000, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random)
        }
        var hasher = SHA256Hasher()
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 0...200, using: &random))
            hasher.update(Array(piece))
            rest = rest.dropFirst(piece.count)
        }
        let digest = hasher.finish()
        #expect(digest == SHA256Digest.of(bytes))
        #expect(digest.bytes.count == 32)
    }

    @Test("One changed bit changes the digest")
    func changedBit() {
        let bytes = Array("row 1,row 2".utf8)
        var changed = bytes
        changed[3] ^= 1
        #expect(SHA256Digest.of(bytes) != SHA256Digest.of(changed))
    }
}

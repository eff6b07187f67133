import Compression
import JobCore
import TestSupport
import Testing

@Suite("ZIP archives")
struct ZipTests {
    private static let sample = Samples.csv(rows: 3000)

    /// An archive that Python writes: its statements use `z` and the sample as `data`.
    ///
    /// `streams` writes to what cannot seek, which puts sizes behind the contents.
    private static func archive(_ statements: String, streams: Bool = false, _ data: [UInt8] = sample) throws -> [UInt8]
    {
        let program = """
            import sys, io, zipfile
            from zipfile import ZipFile, ZipInfo, ZIP_STORED, ZIP_DEFLATED, ZIP_BZIP2, ZIP_LZMA
            data = sys.stdin.buffer.read()
            class Pipe(io.RawIOBase):
                def writable(self): return True
                def write(self, b): sys.stdout.buffer.write(b); return len(b)
                def seekable(self): return False
            target = \(streams ? "Pipe()" : "io.BytesIO()")
            with ZipFile(target, 'w', ZIP_DEFLATED) as z:
            \(statements.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n"))
            if isinstance(target, io.BytesIO): sys.stdout.buffer.write(target.getvalue())
            """
        return try Tool.run("cat > data; cat > p.py <<'END'\n\(program)\nEND\npython3 p.py < data", input: data)
    }

    private static let layouts: [(statements: String, streams: Bool)] = [
        ("z.writestr('members.csv', data)", false),
        ("z.writestr('members.csv', data)", true),
        ("z.writestr('members.csv', data, ZIP_STORED)", false),
        ("z.writestr('lists/', ''); z.writestr('lists/members.csv', data)", false),
        (
            "z.writestr('__MACOSX/._members.csv', data[:99]); z.writestr('members.csv', data); z.writestr('.DS_Store', data)",
            false
        ),
        (
            "z.writestr('__MACOSX/._members.csv', data[:99]); z.writestr('members.csv', data); z.writestr('.DS_Store', data)",
            true
        ),
        ("z.open('members.csv', 'w', force_zip64=True).write(data)", false),
        ("z.open('members.csv', 'w', force_zip64=True).write(data)", true),
        (
            "z.comment = b'PK' * 50\\ni = ZipInfo('m.csv'); i.comment = b'x' * 300; i.compress_type = ZIP_DEFLATED\\nz.writestr(i, data)",
            false
        ),
    ]

    @Test("The file in an archive comes out, however the archive is written and cut", arguments: layouts.indices)
    func contents(index: Int) throws {
        let layout = Self.layouts[index]
        let archive = try Self.archive(layout.statements.replacing("\\n", with: "\n"), streams: layout.streams)
        #expect(SourceCompression.detect(archive) == .zip)
        for (pieceBytes, chunkBytes) in [(1 << 20, 1 << 20), (1, 1 << 20), (7, 100), (1000, 1), (8191, 333)] {
            let read = try Samples.unpack(
                archive, .zip, pieceBytes: pieceBytes, limits: DecompressionLimits(chunkBytes: chunkBytes))
            #expect(read == Self.sample, "pieces of \(pieceBytes), chunks of \(chunkBytes)")
        }
    }

    @Test(
        "An empty file, and one that is as long as a chunk", arguments: [0, 1, 1 << 16, (1 << 16) + 1], [false, true])
    func lengths(count: Int, streams: Bool) throws {
        let data = Array(Samples.noise(1 << 10).prefix(count)) + [UInt8](repeating: 65, count: max(0, count - 1 << 10))
        let archive = try Self.archive("z.writestr('a.csv', data)", streams: streams, Array(data.prefix(count)))
        let limits = DecompressionLimits(chunkBytes: 1 << 16, maxRatio: nil)
        #expect(try Samples.unpack(archive, .zip, limits: limits) == Array(data.prefix(count)))
    }

    @Test("Info-ZIP and 7-Zip would write the same: a file above 4 GiB has its sizes in the long form")
    func longForm() throws {
        // The long form with a descriptor of 8-byte sizes, made by hand because nobody wants 4 GiB here.
        let archive = try Self.archive("z.open('m.csv', 'w', force_zip64=True).write(data)", streams: true)
        let marks = archive.indices.dropLast(4).filter { Array(archive[$0..<$0 + 4]) == [0x50, 0x4B, 7, 8] }
        #expect(marks.count == 1)
        // Without its signature it is as good.
        var bare = archive
        bare.removeSubrange(marks[0]..<marks[0] + 4)
        #expect(try Samples.unpack(bare, .zip) == Self.sample)
    }

    @Test(
        "What is no source is refused with the reason",
        arguments: [
            ("z.writestr('a.csv', data); z.writestr('b.csv', data)", "zip_several_files", "'a.csv' and 'b.csv'"),
            ("pass", "zip_no_file", "no file"),
            ("z.writestr('a/', ''); z.writestr('.DS_Store', data)", "zip_no_file", "no file"),
            ("z.writestr('a.csv', data, ZIP_BZIP2)", "zip_unsupported", "bzip2"),
            ("z.writestr('a.csv', data, ZIP_LZMA)", "zip_unsupported", "LZMA"),
            ("z.writestr('[Content_Types].xml', data)", "not_text", "Excel"),
            ("z.writestr('xl/workbook.xml', data)", "not_text", "Excel"),
            (
                "z.writestr('mimetype', 'application/vnd.oasis.opendocument.spreadsheet', ZIP_STORED)", "not_text",
                "OpenDocument"
            ),
        ])
    func refusals(statements: String, code: String, words: String) throws {
        for streams in [false, true] where !(streams && statements.contains("STORED")) {
            let archive = try Self.archive(statements, streams: streams)
            let error = expectCode(code) { _ = try Samples.unpack(archive, .zip, pieceBytes: 1000) }
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
            #expect(error?.position?.byteOffset != nil)
        }
    }

    @Test("An encrypted file is refused, and so is one that does not say how long it is")
    func flags() throws {
        var encrypted = try Self.archive("z.writestr('a.csv', data)")
        encrypted[6] |= 1
        expectCode("zip_encrypted") { _ = try Samples.unpack(encrypted, .zip) }
        let stored = try Self.archive("z.writestr(ZipInfo('a.csv'), data)", streams: true)
        expectCode("zip_unsupported") { _ = try Samples.unpack(stored, .zip) }
        expectCode("zip_unsupported") { _ = try Samples.unpack([0x50, 0x4B, 7, 8] + encrypted, .zip) }
    }

    @Test("A cut archive is reported wherever it is cut")
    func truncation() throws {
        for streams in [false, true] {
            let archive = try Self.archive("z.writestr('a.csv', data)", streams: streams, Samples.csv(rows: 20))
            for count in 4..<archive.count {
                expectCode("source_truncated") {
                    _ = try Samples.unpack(Array(archive[..<count]), .zip, pieceBytes: 97)
                }
            }
        }
    }

    @Test("A flipped bit is reported, or it has no meaning for the contents")
    func flippedBit() throws {
        let sample = Samples.csv(rows: 20)
        let codes = [
            "source_corrupt", "source_truncated", "zip_encrypted", "zip_unsupported", "zip_no_file", "not_text",
            "zip_several_files",
        ]
        for streams in [false, true] {
            let archive = try Self.archive("z.writestr('a.csv', data)", streams: streams, sample)
            for index in archive.indices {
                for bit in 0..<8 {
                    var damaged = archive
                    damaged[index] ^= 1 << bit
                    do {
                        #expect(try Samples.unpack(damaged, .zip) == sample, "byte \(index) bit \(bit)")
                    } catch {
                        #expect(codes.contains(error.code.rawValue), "\(error.code) at byte \(index) bit \(bit)")
                    }
                }
            }
        }
    }

    @Test("A bomb is stopped early, also one that stands beside the file")
    func bomb() throws {
        let zeros = [UInt8](repeating: 0, count: 8 << 20)
        for statements in ["z.writestr('a.csv', data)", "z.writestr('__MACOSX/x', data); z.writestr('a.csv', b'id')"] {
            let archive = try Self.archive(statements, streams: true, zeros)
            expectCode("limit_ratio") { _ = try Samples.unpack(archive, .zip) }
        }
    }

    @Test("Random bytes behind a header never crash the decoder", arguments: UInt64(0)..<100)
    func randomBytes(seed: UInt64) {
        let header: [UInt8] = [0x50, 0x4B, 3, 4, 20, 0, UInt8(seed % 2) * 8, 0, 8, 0]
        let damaged = header + Samples.noise(3000, seed: seed)
        #expect(throws: JobError.self) { _ = try Samples.unpack(damaged, .zip, pieceBytes: 1 + Int(seed) * 7) }
    }
}

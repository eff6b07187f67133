import Formats
import JobCore
import Testing

@Suite("Formats of sources")
struct InputFormatsTests {
    private static func format(_ sample: [UInt8]) throws(JobError) -> String {
        try InputFormats.builtIn.text(sample).name
    }

    @Test(
        "the first character that is no space tells the format",
        arguments: [
            ("[{\"a\":1}]", "json"), (" \r\n[", "json"), ("{\"a\":1}\n", "jsonl"), ("\u{FEFF}{", "jsonl"),
            ("a,b\n1,2\n", "csv"), ("", "csv"), ("\u{FEFF}a;b", "csv"), ("\"[\"", "csv"), ("PAR1,b\n", "csv"),
            ("BZh,b\n", "csv"), ("žluťoučký;kůň\n", "csv"),
        ])
    func text(sample: String, format: String) throws {
        #expect(try Self.format(Array(sample.utf8)) == format)
    }

    @Test(
        "binary files are refused by name",
        arguments: [
            ([0x50, 0x4B, 0x03, 0x04, 0x14, 0x00], "a ZIP archive or an Excel workbook"),
            ([0x1F, 0x8B, 0x08, 0x00], "gzip data"), ([0x28, 0xB5, 0x2F, 0xFD], "Zstandard data"),
            (Array("%PDF-1.7\n".utf8), "a PDF document"), ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A], "a PNG image"),
            (Array("PAR1".utf8) + [0, 0, 1, 2, 0], "a Parquet file"), ([0xFF, 0xFE, 0x61, 0x00], "UTF-16 text"),
            ([0x61, 0x00, 0x62, 0x00], "binary data"), ([0x01, 0x02, 0x03, 0x61], "binary data"),
        ] as [([UInt8], String)])
    func binary(sample: [UInt8], name: String) throws {
        let error = try #require(throws: JobError.self) { try Self.format(sample) }
        #expect(error.code == .notText)
        #expect(error.exitCode == .dataError)
        #expect(error.message.hasSuffix(name))
        #expect(error.hint != nil)
    }

    @Test(
        "pages of HTML and XML are no tables",
        arguments: [
            ("<!DOCTYPE html>\n<html>", "HTML"), ("\u{FEFF} \n<HTML lang=en>", "HTML"), ("<table><tr>", "HTML"),
            ("<!-- x -->\n<html>", "HTML"), ("<?xml version=\"1.0\"?><rows/>", "XML"),
        ])
    func pages(sample: String, name: String) throws {
        let error = try #require(throws: JobError.self) { try Self.format(Array(sample.utf8)) }
        #expect(error.code == .notTabular && error.message.contains(name))
        #expect(try Self.format(Array("<id>,<name>\n1,2\n".utf8)) == "csv")
        #expect(try Self.format(Array("<title_id>,b\n1,2\n".utf8)) == "csv")
    }

    @Test("a NUL in a small file is the business of one row")
    func smallNUL() throws {
        #expect(try Self.format(Array("id,n\n1,A\0n\n2,Bo\n".utf8)) == "csv")
        #expect(throws: JobError.self) { try Self.format(Array("a\0b\0\n\0".utf8)) }
    }

    @Test("a stray control character does not make a file binary")
    func strayControl() throws {
        let sample = Array(String(repeating: "a,b\n", count: 100).utf8) + [0x00, 0x01]
        #expect(try Self.format(sample) == "csv")
    }
}

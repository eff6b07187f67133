internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Bad specs")
struct BadSpecTests {
    private static let cases: [(spec: String, code: String, message: String)] = [
        ("", "spec_missing", "the job spec is empty"),
        ("  \n\t", "spec_missing", "the job spec is empty"),
        ("{", "spec_invalid", "line 1"),
        ("nonsense", "spec_invalid", "byte 0"),
        ("[]", "spec_invalid", "expected an object"),
        ("null", "spec_invalid", "expected an object"),
        ("{}", "spec_invalid", "$.resource: is missing"),
        (#"{"orgId":"o","resource":"events","format":"csv"} x"#, "spec_invalid", "byte"),
        (#"{"orgId":"o","resource":"event","format":"csv"}"#, "spec_invalid", "did you mean 'events'"),
        (#"{"orgId":"o","resource":"events","fromat":"csv"}"#, "spec_invalid", "did you mean 'format'"),
        (#"{"orgId":"o","resource":"events","format":"xml"}"#, "spec_invalid", "known: csv, json, jsonl"),
        (#"{"orgId":"o","resource":"events","format":7}"#, "spec_invalid", "found the number 7"),
        (#"{"orgId":"o","resource":["events"],"format":"csv"}"#, "spec_invalid", "an array of 1"),
        (#"{"orgId":"../org_demo","resource":"events","format":"csv"}"#, "spec_invalid", "$.orgId"),
        (#"{"orgId":"o","jobId":"../../x","resource":"events","format":"csv"}"#, "spec_invalid", "$.jobId"),
        (#"{"orgId":"o","jobId":"","resource":"events","format":"csv"}"#, "spec_invalid", "$.jobId"),
        (#"{"orgId":"o","jobId":".dataio","resource":"events","format":"csv"}"#, "spec_invalid", "$.jobId"),
        (#"{"orgId":".","resource":"events","format":"csv"}"#, "spec_invalid", "$.orgId"),
        (#"{"orgId":"o","orgId":"p","resource":"events","format":"csv"}"#, "spec_invalid", "twice"),
        (#"{"orgId":"o","resource":"events","format":"csv","limit":-1}"#, "spec_invalid", "$.limit"),
        (#"{"orgId":"o","resource":"events","format":"csv","limit":1e99}"#, "spec_invalid", "$.limit"),
        (#"{"orgId":"o","resource":"events","format":"csv","limit":99999999999999999999}"#, "spec_invalid", "$.limit"),
        (#"{"orgId":"o","resource":"events","format":"csv","maxFileBytes":1}"#, "spec_invalid", "$.maxFileBytes"),
        (#"{"orgId":"o","resource":"events","format":"csv","columns":["idd"]}"#, "spec_invalid", "did you mean 'id'"),
        (#"{"orgId":"o","resource":"events","format":"csv","columns":["id","id"]}"#, "spec_invalid", "twice"),
        (#"{"orgId":"o","resource":"events","format":"csv","columns":[]}"#, "spec_invalid", "$.columns"),
        (#"{"orgId":"o","resource":"events","format":"json","csv":{"bom":true}}"#, "spec_invalid", "$.csv"),
        (
            #"{"orgId":"o","resource":"events","format":"csv","csv":{"delimiter":"\""}}"#, "spec_invalid",
            "$.csv.delimiter"
        ),
        (
            #"{"orgId":"o","resource":"events","format":"csv","csv":{"delimiter":"ab"}}"#, "spec_invalid",
            "$.csv.delimiter"
        ),
        (#"{"orgId":"o","resource":"events","format":"csv","csv":{"nulls":"a\nb"}}"#, "spec_invalid", "$.csv.nulls"),
        (#"{"orgId":"o","resource":"events","format":"csv","notAfter":"later"}"#, "spec_invalid", "$.notAfter"),
        (#"{"orgId":"o","resource":"events","format":"csv","shards":4}"#, "spec_invalid", "$.shards"),
        (#"{"orgId":"o","resource":"events","format":"csv","downloadUrlTTL":604801}"#, "spec_invalid", "604800"),
    ]

    @Test("A spec that cannot be run is refused with exit code 64, and nothing is stored", arguments: cases)
    func refused(_ spec: String, _ code: String, _ message: String) throws {
        let bench = try Workbench(.small)
        let run = try bench.run(.export, spec: spec)
        #expect(run.status == 64)
        #expect(run.failureCode == code)
        #expect(run.errorText.contains(message), "\(run.errorText)")
        #expect(run.hasHint, "\(run.errorText)")
        #expect(run.output.isEmpty)
        #expect(try bench.objects() == [])
    }

    @Test("All mistakes of a spec are named at once, each with its place")
    func severalMistakes() throws {
        let bench = try Workbench(.small)
        let run = try bench.run(
            .export,
            spec: #"""
                {"orgId":"a b","resource":"profiles","format":"exel","colums":[],"limit":"9","csv":{"heading":1},
                 "filters":{"nme":"x","plan":{"like":"y"}},"downloadUrlTTL":0}
                """#)
        #expect(run.status == 64)
        for place in [
            "$.orgId:", "$.format:", "$.colums:", "$.limit:", "$.csv.heading:", "$.filters.nme:",
            "$.filters.plan.like:",
            "$.downloadUrlTTL:",
        ] { #expect(run.errorText.contains(place), "\(place) in \(run.errorText)") }
    }

    @Test("A spec too large, too deep or with too many mistakes is refused quickly and briefly")
    func hostile() throws {
        let bench = try Workbench(.small)
        let start = #"{"orgId":"o","resource":"events","format":"csv","filters":"#
        let large = try bench.run(.export, spec: start + String(repeating: " ", count: 10 << 20) + "{}}")
        #expect(large.status == 64)
        #expect(large.failureCode == "file_too_large")
        for depth in [200, 400_000] {
            let nested = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            let deep = try bench.run(.export, spec: start + nested + "}")
            #expect(deep.status == 64)
            #expect(deep.failureCode == "spec_invalid" && deep.errorText.contains("nested deeper"), "\(deep)")
        }
        let objects = String(repeating: "{\"a\":", count: 100_000)
        let endless = try bench.run(.import, spec: objects)
        #expect(endless.failureCode == "spec_invalid" && endless.errorText.contains("nested deeper"), "\(endless)")
        let fields = (0..<5_000).map { "\"field\($0)\":0" }.joined(separator: ",")
        let many = try bench.run(.export, spec: "{" + fields + "}")
        #expect(many.status == 64)
        #expect(many.errorText.contains("and "))
        #expect(many.errorText.utf8.count < 50_000)
        let bytes = try ChildProcess.run(
            Program.export.path, input: [0x7B, 0xFF, 0xFE, 0x00, 0x7D], workingFolder: bench.folder.path)
        #expect(bytes.status == 64)
    }

    @Test("A deadline in the past ends the job with exit code 124")
    func deadline() throws {
        let bench = try Workbench(.small)
        let run = try bench.export(
            #""jobId":"j","resource":"events","format":"csv","notAfter":"2026-01-01T00:00:00Z""#)
        #expect(run.status == 124)
        #expect(run["error.code"].string == "deadline")
        #expect(run["status"].string == "failed")
        #expect(try bench.objects() == ["org_demo/jobs/j/manifest.json"])
    }
}

internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("What a dry run tells about the source")
struct DryRunPreviewTests {
    @Test("A dry run that ends because numbers may mean two things asks which, with the lines to paste")
    func ambiguousNumbers() throws {
        let bench = try Workbench(.empty)
        try bench.upload("id,Betrag\n1,\"1.234,50\"\n2,\"7,25\"\n3,1.234\n", as: "f")
        let members = #""resource":"profiles","sourceKey":"f","mapping":{"Betrag":"lifetime_value"}"#
        let run = try bench.load(members + #","dryRun":true"#)
        #expect(run.status == 65 && run.failureCode == "format_ambiguous", "\(run)")
        let question = run["preview.questions.0"]
        #expect(question.at("about").string == "lifetime_value" && question.at("source").string == "Betrag")
        #expect(question.at("sampled").int == 3 && question.at("choices.0.rows").int == 3)
        #expect(question.at("choices.1.rows").int == 1)
        #expect(question.at("text").string?.hasPrefix(run["error.message"].string ?? "-") == true)
        // Its answer, put into the spec, leads to an import.
        let answer = try #require(question.at("choices.0.spec")["mapping"]).serialized()
        let mended = try bench.load(#""resource":"profiles","sourceKey":"f","mapping":\#(answer)"#)
        #expect(mended.status == 0 && mended.count("inserted") == 3, "\(mended)")
        #expect(try bench.sql("SELECT sum(lifetime_value) FROM profiles") == "2475.75")
    }

    @Test("Per column: how many, how different, from where to where, which ones, and what is wrong")
    func statistics() throws {
        let bench = try Workbench(.empty)
        var text = "id,email,country,lifetime_value,created_at\n"
        for row in 0..<300 {
            let value = row % 10 == 0 ? "\"1.234,5\(row % 7)\"" : row % 3 == 0 ? "" : "\(row).50"
            let day = row % 28 + 1
            text += "00\(row),u\(row)@example.com,\(row % 4 == 0 ? "DE" : "FR"),\(value),"
            text += row % 50 == 0 ? "\(day).04.2026\n" : "2026-04-\(day < 10 ? "0" : "")\(day)T00:00:00Z\n"
        }
        try bench.upload(text, as: "f")
        let run = try bench.load(#""resource":"profiles","sourceKey":"f","dryRun":true"#)
        #expect(run.status == 0, "\(run)")
        func column(_ name: String) -> JSONValue {
            run["preview.columns"].elements.first { $0.at("name").string == name } ?? .null
        }
        let country = column("country")
        #expect(country.at("distinct").int == 2 && country.at("nulls").int == 0)
        #expect(country.at("min").string == "DE" && country.at("max").string == "FR")
        #expect(country.at("commonest.0.value").string == "FR")
        let value = column("lifetime_value")
        #expect(value.at("problems.0.code").string == "invalid_decimal" && value.at("problems.0.count").int == 30)
        #expect(value.at("problems.0.line").int == 2)
        #expect(value.at("evidence.decimalComma").int == 30)
        // Others have a decimal point: no format takes both, so that this is asked.
        #expect(value.at("evidence.recommendedFormat") == .null)
        #expect(run["preview.questions"].elements.first?.at("about").string == "lifetime_value")
        #expect(run["preview.questions"].elements.first?.at("choices").elements.count == 2)
        #expect(value.at("min").string == "1.50" && value.at("max").string == "299.50")
        let at = column("created_at")
        #expect(at.at("evidence.either").int == 3 && at.at("evidence.dayFirst").int == 3)
        #expect(at.at("evidence.recommendedFormat.1").string == "d.MM.yyyy")
        #expect(run["preview.suggestion.mapping.created_at.format.1"].string == "d.MM.yyyy")
        #expect(at.at("histogram").elements.count == 20)
        #expect(at.at("min").string == "2026-04-01T00:00:00Z" && at.at("max").string == "2026-04-28T00:00:00Z")
    }

    @Test("Spreadsheet damage and text in another encoding are pointed out")
    func damage() throws {
        let bench = try Workbench(.empty)
        try bench.upload(
            Array("id,phone,company\n1,1.23E+11,a\n2,+49,b\n3,12,M".utf8) + [0xFC] + Array("ller\n".utf8), as: "f")
        let run = try bench.load(#""resource":"contacts","sourceKey":"f","dryRun":true"#)
        let phone = run["preview.columns"].elements.first { $0.at("name").string == "phone" } ?? .null
        #expect(phone.at("warnings.0.code").string == "spreadsheet_number" && phone.at("warnings.0.line").int == 2)
        #expect(run["notes.0.code"].string == "invalid_text" && run["notes.0.place"].string == "csv.encoding")
        #expect(run["notes.0.text"].string?.contains("windows-1252") == true)
    }
}

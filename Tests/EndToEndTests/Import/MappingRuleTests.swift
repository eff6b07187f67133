internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Mapping rules of imports")
struct MappingRuleTests {
    private func run(_ resource: String, _ mapping: String, _ text: String, _ more: String = "") throws -> (
        bench: Workbench, run: JobRun
    ) {
        let bench = try Workbench(.empty)
        try bench.upload(text, as: "f")
        let members = #""resource":"\#(resource)","sourceKey":"f","mapping":\#(mapping)"#
        return (bench, try bench.load(members + more))
    }

    @Test("Dates, numbers and words are read as the spec says, in its time zone")
    func formats() throws {
        let (bench, run) = try run(
            "profiles",
            """
            {"Nr":"id","Seit":{"field":"created_at","format":["dd.MM.yyyy HH:mm","dd.MM.yyyy"],"timezone":"Europe/Berlin"},
             "Zuletzt":{"field":"updated_at","format":"epochMilliseconds"},
             "Wert":{"field":"lifetime_value","format":"1.234,56"},
             "Abo":{"field":"subscribed","format":"ja/nein,abgemeldet"},
             "Land":{"field":"country","type":"country"},"Tel":{"field":"phone","type":"phone"}}
            """,
            """
            Nr;Seit;Zuletzt;Wert;Abo;Land;Tel
            1;15.03.2024 09:14;1710493200123;1.234,50 €;JA;Germany;+49 (0)30 123-4567
            2;15.07.2024;;;Abgemeldet;;
            3;2024-03-15;;;;;
            4;;morgen;;;;
            5;;;1,234.50;;;
            6;;;;vielleicht;;
            7;;;;;Atlantis;
            8;;;;;;030 1234567

            """)
        #expect(run.status == 0 && run.count("inserted") == 2 && run.count("rejected") == 6, "\(run)")
        let rows = try bench.sql(
            "SELECT id, created_at, updated_at, lifetime_value, subscribed, country, phone FROM profiles ORDER BY id")
        #expect(rows == "1|1710490440000000|1710493200123000|1234.50|1|DE|+49301234567\n2|1720994400000000|||0||")
        for (code, count) in [
            ("invalid_timestamp", 2), ("invalid_decimal", 1), ("invalid_bool", 1), ("invalid_country", 1),
            ("invalid_phone", 1),
        ] {
            #expect(run["rejects.byCode"].at(code).int == count, "\(code)")
        }
        let rejects = String(decoding: try bench.object(run["rejects.key"].string ?? ""), as: UTF8.self)
        #expect(rejects.contains("created_at: expected dd.MM.yyyy HH:mm, or dd.MM.yyyy"))
        #expect(rejects.contains("lifetime_value: expected 1.234,56"))
    }

    @Test("Text is trimmed, changed in case, replaced when empty, and required")
    func text() throws {
        let (bench, run) = try run(
            "contacts",
            """
            {"id":{"field":"id","trim":true,"case":"lower"},"name":{"field":"first_name","trim":true,"nulls":["N/A","-"]},
             "status":{"field":"status","default":"new","case":"upper"},"mail":{"field":"email","required":true,"nulls":["-"]},
             "source":{"field":"company","value":"Fair 2024"}}
            """,
            "id,name,status,mail\n A1 , Ada ,vip,a@x.org\nB2,N/A,,b@x.org\nC3,\" - \",ok,\nD4,x,y,-\nE5,x,y,no mail\n")
        #expect(run.status == 0 && run.count("inserted") == 2 && run.count("rejected") == 3, "\(run)")
        #expect(
            try bench.sql("SELECT id, quote(first_name), status, email, company FROM contacts ORDER BY id")
                == "a1|'Ada'|VIP|a@x.org|Fair 2024\nb2|NULL|new|b@x.org|Fair 2024")
        #expect(
            run["rejects.byCode"].at("missing_value").int == 2 && run["rejects.byCode"].at("invalid_email").int == 1)
    }

    @Test("Columns are joined, and become fields of a JSON column over what it has", arguments: ["csv", "json"])
    func members(format: String) throws {
        let text =
            format == "csv"
            ? """
            id,first,last,extra,city,zip,age,shoe
            1,Ada,Lovelace,"{""city"":""old"",""keep"":[1, 2]}",London,NW1,36,38
            2,,Hopper,,,,,
            3,x,y,[1],Paris,,,
            4,x,y,,,,old,

            """
            : """
            {"id":"1","first":"Ada","last":"Lovelace","extra":{"city":"old","keep":[1, 2]},"city":"London","zip":"NW1","age":"36","shoe":38}
            {"id":"2","last":"Hopper"}
            {"id":"3","first":"x","last":"y","extra":[1],"city":"Paris"}
            {"id":"4","first":"x","last":"y","age":"old"}

            """
        let (bench, run) = try run(
            "contacts",
            """
            {"id":"id","name":{"field":"first_name","columns":["first","last"],"separator":" "},"extra":"attributes",
             "city":"attributes.city","zip":"attributes.address.zip","age":{"field":"attributes.age","type":"int"}}
            """, text, #","unmapped":"attributes""#)
        #expect(run.status == 0 && run.count("inserted") == 2 && run.count("rejected") == 2, "\(run)")
        let shoe = format == "csv" ? #""38""# : "38"
        #expect(
            try bench.sql("SELECT first_name, attributes FROM contacts ORDER BY id")
                == #"Ada Lovelace|{"age":36,"city":"London","keep":[1,2],"shoe":"# + shoe
                + #","address":{"zip":"NW1"}}"# + "\nHopper|")
        #expect(run["rejects.byCode"].at("type_mismatch").int == 1 && run["rejects.byCode"].at("invalid_int").int == 1)
        #expect(run["preview.unmapped"].elements.isEmpty)
    }

    @Test("The automatic mapping says which column went where and by which rule; what could be two ends the job")
    func explained() throws {
        let bench = try Workbench(.empty)
        try bench.upload("ID,e-mail,Mail Address,First Name,mobile,Shoe\n1,a@x.org,b@x.org,Ada,+49,38\n", as: "f")
        let run = try bench.load(#""resource":"contacts","sourceKey":"f","unmapped":"attributes""#)
        #expect(run.status == 0, "\(run)")
        let found = run["preview.columns"].elements.map { column in
            ["name", "source", "by"].map { column.at($0).string ?? "-" }.joined(separator: " ")
        }
        #expect(
            found == [
                "id ID name", "email e-mail name", "phone mobile alias", "first_name First Name name",
                "attributes - unmapped",
            ])
        #expect(
            try bench.sql("SELECT attributes FROM contacts") == #"{"Shoe":"38","Mail Address":"b@x.org"}"#)
        try bench.upload("id,mail,email address,First Name\n2,a@x.org,b@x.org,Ada\n", as: "g")
        let ambiguous = try bench.load(#""resource":"contacts","sourceKey":"g""#)
        #expect(ambiguous.status == 65 && ambiguous.failureCode == "mapping_ambiguous", "\(ambiguous)")
        let hint = try #require(ambiguous["error.hint"].string)
        #expect(hint.contains(#"{"mail":"email"}"#) && hint.contains(#"{"email address":"email"}"#))
        let chosen = try bench.load(#""resource":"contacts","sourceKey":"g","mapping":{"mail":"email"}"#)
        #expect(chosen["preview.unmapped"].elements.compactMap(\.string) == ["email address"], "\(chosen)")
        #expect(try bench.sql("SELECT email FROM contacts WHERE id = '2'") == "a@x.org")
    }

    private static let mistakes = [
        (#"{"a":{"field":"created_at","format":"dd.mm.yyyy"}}"#, "there is no month (MM)"),
        (#"{"a":{"field":"created_at","timezone":"Mars/Base"}}"#, "is no time zone"),
        (#"{"a":{"field":"email","format":"dd.MM.yyyy"}}"#, "has no meaning for 'email'"),
        (#"{"a":{"field":"email","timezone":"UTC"}}"#, "is for timestamps and dates"),
        (#"{"a":{"field":"created_at","type":"int"}}"#, "'int' does not fit column 'created_at'"),
        (#"{"a":{"field":"created_at","default":"today"}}"#, "$.mapping.a.default: is no timestamp"),
        (#"{"a":{"field":"email","value":"x","columns":["b"]}}"#, "has both 'value' and 'columns'"),
        (#"{"a":"attributes.x","b":"attributes.x.y"}"#, "is mapped twice"),
        (#"{"a":"email.x"}"#, "unknown target field"),
        (#"{"a":"attributes..x"}"#, "unknown target field"), (#"{"a":{"field":"id","case":"title"}}"#, "upper, lower"),
        (#"{"a":{"field":"created_at","format":5}}"#, "$.mapping.a.format"),
    ]

    @Test("A rule that cannot be is refused with its place", arguments: mistakes)
    func refused(mapping: String, problem: String) throws {
        let (_, run) = try run("contacts", mapping, "a,b\n1,2\n")
        #expect(run.status == 64 && run.failureCode == "spec_invalid", "\(run)")
        #expect(run.errorText.contains(problem), "\(run.errorText)")
    }
}

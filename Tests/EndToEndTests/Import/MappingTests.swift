internal import Formats
internal import TestSupport
internal import Testing

@Suite("Mapping")
struct MappingTests {
    private func bench(_ text: String) throws -> Workbench {
        let bench = try Workbench(.empty)
        try bench.upload(text, as: "f")
        return bench
    }

    @Test("Columns are found by normalised name and known aliases; the rest is listed and left out")
    func automatic() throws {
        let bench = try bench("External ID,E-Mail,First Name,SURNAME,Mobile Phone,Shoe Size\n1,a@b.c,Ada,Byron,+1,38\n")
        let run = try bench.load(#""resource":"contacts","sourceKey":"f""#)
        #expect(run.status == 0, "\(run.messages)")
        #expect(try bench.sql("SELECT id, email, first_name, last_name, phone FROM contacts") == "1|a@b.c|Ada|Byron|+1")
        #expect(run["preview.unmapped"] == .array([.string("Shoe Size")]))
        let sources = run["preview.columns"].elements.map {
            "\($0.at("source").string ?? "")>\($0.at("name").string ?? "")"
        }
        #expect(
            sources == [
                "External ID>id", "E-Mail>email", "Mobile Phone>phone", "First Name>first_name", "SURNAME>last_name",
            ])
    }

    @Test("The demo file of the examples is loaded by its own mapping")
    func example() throws {
        let bench = try Workbench(.empty)
        try bench.upload("LEID,Email Address,First Name,Last Name\n1,a@b.c,Ada,Byron\n", as: "contacts.csv")
        let spec = try TemporaryFolder.read(Checkout.path + "/container/examples/import-contacts.json")
        let run = try bench.run(.import, spec: String(decoding: spec, as: UTF8.self))
        #expect(run.status == 0, "\(run.messages)")
        #expect(try bench.sql("SELECT id, email, first_name, last_name FROM contacts") == "1|a@b.c|Ada|Byron")
    }

    @Test("An explicit mapping is followed to the letter")
    func explicit() throws {
        let bench = try bench("email,who,id\nnot-mapped,Ada,77\n")
        let run = try bench.load(
            #""resource":"contacts","sourceKey":"f","mapping":{"who":"first_name","id":{"field":"id"}}"#)
        #expect(run.status == 0, "\(run.messages)")
        #expect(try bench.sql("SELECT id, quote(email), first_name FROM contacts") == "77|NULL|Ada")
        #expect(run["preview.unmapped"] == .array([.string("email")]))
    }

    @Test("Objects of a JSON source may bring columns late and leave them out")
    func lateColumns() throws {
        let bench = try bench(
            """
            {"id":"1","email":"a@b.c"}
            {"company":"Globex","id":"2"}
            {"id":"3","nothing":true,"email":null}
            """)
        let run = try bench.load(#""resource":"contacts","sourceKey":"f""#)
        #expect(run.status == 0, "\(run.messages)")
        #expect(try bench.sql("SELECT id, email, company FROM contacts ORDER BY id") == "1|a@b.c|\n2||Globex\n3||")
    }

    private static let failures = [
        (#","unmapped":"error""#, "id,email,shoe\n1,2,3\n", "unmapped_columns", "shoe"),
        (#","mapping":{"idd":"id"}"#, "id,email\n1,2\n", "mapping_source_missing", "did you mean 'id'"),
        (#","mapping":{"email":"email"}"#, "id,email\n1,2\n", "mapping_incomplete", "id"),
        ("", "email,company\n1,2\n", "mapping_incomplete", "id"),
        ("", "id,ID\n1,2\n", "mapping_ambiguous", "id"),
        ("", "id,email,id\n1,2,3\n", "duplicate_column", "id"),
    ]

    @Test("A mapping that cannot be ends the job before any row", arguments: failures)
    func failing(_ options: String, _ text: String, _ code: String, _ hint: String) throws {
        let bench = try bench(text)
        let run = try bench.load(#""jobId":"j","resource":"contacts","sourceKey":"f""# + options)
        #expect(run.status == 65)
        #expect(run["error.code"].string == code)
        #expect(run["status"].string == "failed")
        #expect(run.messages.contains(hint), "\(run.messages)")
        #expect(run.hasHint)
        #expect(try bench.number("SELECT count(*) FROM contacts") == 0)
        #expect(try bench.objects(below: "org_demo/jobs/") == ["org_demo/jobs/j/manifest.json"])
    }

    @Test(
        "A mapping to what does not exist is refused with the spec",
        arguments: [
            (#"{"a":"emial"}"#, "did you mean 'email'"), (#"{"a":"id","b":"id"}"#, "mapped twice"), ("{}", "is empty"),
            (#"{"a":5}"#, "$.mapping.a"), (#"{"a":"org_id"}"#, "unknown target field"),
        ])
    func refused(_ mapping: String, _ message: String) throws {
        let bench = try bench("a,b\n1,2\n")
        let run = try bench.load(#""resource":"contacts","sourceKey":"f","mapping":\#(mapping)"#)
        #expect(run.status == 64)
        #expect(run.failureCode == "spec_invalid")
        #expect(run.errorText.contains(message), "\(run.errorText)")
    }
}

internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

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

    @Test("A mapping goes over the names: null leaves a column out, automatic false leaves all others out")
    func explicit() throws {
        let bench = try bench("email,who,id,company\na@b.c,Ada,77,Acme\n")
        let spec = #""resource":"contacts","sourceKey":"f","mapping":{"who":"first_name","company":null"#
        let over = try bench.load(spec + "}")
        #expect(over.status == 0, "\(over.messages)")
        let look = "SELECT id, quote(email), first_name, quote(company) FROM contacts"
        #expect(try bench.sql(look) == "77|'a@b.c'|Ada|NULL")
        // What the mapping decides is not left over.
        #expect(over["preview.unmapped"] == .array([]))
        try bench.sql("DELETE FROM contacts")
        let alone = try bench.load(spec + #","id":"id","automatic":false}"#)
        #expect(alone.status == 0, "\(alone.messages)")
        #expect(try bench.sql(look) == "77|NULL|Ada|NULL")
        #expect(alone["preview.unmapped"] == .array([.string("email")]))
    }

    @Test("A list without a key shows the rule that makes one; made twice it is the same, in any case and spaces")
    func generatedKey() throws {
        let bench = try bench("email,first_name\nkira@example.com,Kira\n")
        let bare = try bench.load(#""resource":"contacts","sourceKey":"f""#)
        #expect(bare.failureCode == "mapping_incomplete")
        let rule = #"{"id":{"field":"id","columns":["email"],"generate":"uuid"}}"#
        #expect(bare["error.hint"].string?.contains(rule) == true, "\(bare.messages)")
        let spec = #""resource":"contacts","sourceKey":"f","mapping":"# + rule
        #expect(try bench.load(spec).count("inserted") == 1)
        let key = try bench.sql("SELECT id FROM contacts WHERE email = 'kira@example.com'")
        #expect(key.count == 36 && key.dropFirst(14).first == "8")
        try bench.upload("email,first_name\n KIRA@example.com ,Kira\n,Nobody\n", as: "f")
        let again = try bench.load(spec)
        #expect(again["rejects.byCode"].serialized() == #"{"duplicate_key":1,"missing_key":1}"#, "\(again)")
        let other = try bench.load(#""resource":"profiles","sourceKey":"f","mapping":"# + rule)
        #expect(other.count("inserted") == 1)
        #expect(try bench.sql("SELECT id FROM profiles") != key)
    }

    @Test("Objects without a key anywhere end the job; one object around the rows names the way to them")
    func noRows() throws {
        let bench = try bench("{\"mail\":\"a@b.c\"}\n{\"mail\":\"d@e.f\"}\n")
        let bare = try bench.load(#""resource":"contacts","sourceKey":"f""#)
        #expect(bare.failureCode == "mapping_incomplete", "\(bare)")
        #expect(bare["error.hint"].string?.contains(#""columns":["mail"],"generate":"uuid""#) == true)
        try bench.upload(#"{"ok":true,"result":{"items":[{"id":"1"},{"id":"2"}]}}"#, as: "f")
        for format in ["", #","format":"jsonl""#] {
            let wrapped = try bench.load(#""resource":"contacts","sourceKey":"f""# + format)
            #expect(wrapped.failureCode == "json_path_missing", "\(wrapped)")
            #expect(wrapped["error.hint"].string?.contains(#""path": "result.items""#) == true)
        }
        #expect(try bench.load(#""resource":"contacts","sourceKey":"f","path":"result.items""#).count("inserted") == 2)
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

    @Test("What goes nowhere and looks like consent is noted, and so is an organisation that nobody has")
    func notes() throws {
        let bench = try bench("id,Newsletter consent,JÃ¼rgen\n1,no,x\n")
        let run = try bench.load(#""resource":"profiles","sourceKey":"f""#)
        #expect(run["notes.0.code"].string == "consent_not_imported", "\(run)")
        #expect(run["notes.0.place"].string == "Newsletter consent")
        let known = try bench.export(#""resource":"contacts","format":"csv""#)
        #expect(known["notes"].elements.isEmpty, "\(known)")
        let nobody = try bench.run(.export, spec: #"{"orgId":"nobody","resource":"contacts","format":"csv"}"#)
        #expect(nobody["notes.0.code"].string == "unknown_organisation", "\(nobody)")
    }

    private static let failures = [
        (#","unmapped":"error""#, "id,email,shoe\n1,2,3\n", "unmapped_columns", "shoe"),
        (#","mapping":{"idd":"id"}"#, "id,email\n1,2\n", "mapping_source_missing", "did you mean 'id'"),
        (#","mapping":{"email":"email","automatic":false}"#, "id,email\n1,2\n", "mapping_incomplete", "id"),
        ("", "id,mail,mail address\n1,2,3\n", "mapping_ambiguous", #"{"mail address":"email"}"#),
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
            (#"{"a":"emial"}"#, "did you mean 'email'"), (#"{"a":"id","b":"id"}"#, "mapped twice"),
            (#"{"automatic":false}"#, "maps nothing"),
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

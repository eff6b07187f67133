internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Changes of rows that are there")
struct UpdateTests {
    /// One of the databases, and how to ask it.
    struct Scene {
        let bench: Workbench
        let load: (String) throws -> JobRun
        let sql: (String) throws -> String
        /// The contacts, with JSON without spaces.
        let contacts: () throws -> String
    }

    enum Backend: String, CaseIterable { case sqlite, postgresql }

    private static let stored = """
        INSERT INTO contacts (org_id, id, email, first_name, status, attributes) VALUES
        ('org_demo', '1', 'ann@x.y', 'Ann', 'unsubscribed', '{"city":"Bonn","unsubscribed":true}'),
        ('org_demo', '2', 'bob@x.y', 'Bob', 'active', '{"city":"Rome","vip":true}'),
        ('org_demo', '3', 'two@x.y', 'Two', NULL, NULL), ('org_demo', '4', 'two@x.y', 'Too', NULL, NULL),
        ('org_x', '2', 'bob@x.y', 'Other', 'active', NULL)
        """

    private func scene(_ backend: Backend) throws -> Scene {
        let query = "SELECT id, email, first_name, status, %@ FROM contacts WHERE org_id = 'org_demo' ORDER BY id"
        switch backend {
        case .sqlite:
            let bench = try Workbench(.empty)
            try bench.sql(Self.stored)
            return Scene(
                bench: bench, load: { try bench.load($0) }, sql: { try bench.sql($0) },
                contacts: { try bench.sql(query.replacing("%@", with: "attributes")) })
        case .postgresql:
            let server = try PostgreSQLBench()
            try server.sql(Self.stored)
            return Scene(
                bench: server.bench, load: { try server.run(.import, $0) }, sql: { try server.sql($0) },
                contacts: {
                    try server.sql(
                        query.replacing("%@", with: #"regexp_replace(attributes::text, '([,:]) ', '\1', 'g')"#))
                })
        }
    }

    private static let counts = ["rowsRead", "inserted", "updated", "skipped", "rejected"]

    private func counts(_ run: JobRun) -> [Int] { Self.counts.map { run.count($0) } }

    /// A dry run, then the same for real: equal counts.
    private func both(_ scene: Scene, _ members: String) throws -> (dry: JobRun, real: JobRun) {
        let before = try scene.contacts()
        let dry = try scene.load(members + #","dryRun":true"#)
        #expect(dry.status == 0, "\(dry)")
        #expect(try scene.contacts() == before)
        let real = try scene.load(members)
        #expect(counts(dry) == counts(real), "\(counts(dry)) — \(counts(real))")
        #expect(dry["rejects.byCode"] == real["rejects.byCode"])
        return (dry, real)
    }

    @Test("Update by e-mail: only rows that are there, once, found by it", arguments: Backend.allCases)
    func update(_ backend: Backend) throws {
        let scene = try scene(backend)
        try scene.bench.upload(
            "email,first_name,attributes\nbob@x.y,Robert,\"{\"\"plan\"\":1}\"\nnew@x.y,New,\ntwo@x.y,Who,\n,No,\n"
                + "bob@x.y,,\"{\"\"city\"\":\"\"Pisa\"\"}\"\n",
            as: "f")
        let spec = #""resource":"contacts","sourceKey":"f","mode":"update","matchOn":["email"]"#
        let (dry, real) = try both(scene, spec)
        #expect(counts(real) == [5, 0, 2, 0, 3])
        #expect(
            real["rejects.byCode"].serialized() == #"{"ambiguous_match":1,"missing_key":1,"no_match":1}"#)
        #expect(
            try scene.contacts()
                == #"""
                1|ann@x.y|Ann|unsubscribed|{"city":"Bonn","unsubscribed":true}
                2|bob@x.y|Robert|active|{"vip":true,"city":"Pisa","plan":1}
                3|two@x.y|Two||
                4|two@x.y|Too||
                """#)
        #expect(dry["preview.updates.0.line"].int == 2)
        #expect(dry["preview.updates.0.key.id"].string == "2")
        // A name is personal: of it the first letter is shown.
        #expect(
            dry["preview.updates.0.changes.0"].serialized()
                == #"{"column":"first_name","before":"B***","after":"R***"}"#)
        #expect(try scene.sql("SELECT first_name FROM contacts WHERE org_id = 'org_x'") == "Other")
    }

    @Test("Upsert by e-mail keeps the key of the row that is there", arguments: Backend.allCases)
    func upsertByEmail(_ backend: Backend) throws {
        let scene = try scene(backend)
        // The last two: a new address under a key that is taken; the address that the second row has brought.
        try scene.bench.upload(
            "id,email,first_name\n77,bob@x.y,Rob\n8,new@x.y,New\n1,other@x.y,Thief\n9,new@x.y,Newer\n", as: "f")
        let (_, real) = try both(scene, #""resource":"contacts","sourceKey":"f","mode":"upsert","matchOn":["email"]"#)
        #expect(counts(real) == [4, 1, 2, 0, 1])
        #expect(real["rejects.byCode"].serialized() == #"{"duplicate_key":1}"#)
        let names = try scene.sql("SELECT id, first_name FROM contacts WHERE org_id = 'org_demo' ORDER BY id")
        #expect(names == "1|Ann\n2|Rob\n3|Two\n4|Too\n8|Newer")
    }

    @Test("Insert by e-mail: who is there under another key is a duplicate", arguments: Backend.allCases)
    func insertByEmail(_ backend: Backend) throws {
        let scene = try scene(backend)
        try scene.bench.upload("id,email\n10,bob@x.y\n11,new@x.y\n12,new@x.y\n13,two@x.y\n", as: "f")
        let (_, real) = try both(
            scene, #""resource":"contacts","sourceKey":"f","matchOn":["email"],"skipDuplicates":true"#)
        #expect(counts(real) == [4, 1, 0, 3, 0])
    }

    @Test("Empty cells leave or clear; JSON is merged or replaced", arguments: Backend.allCases)
    func rules(_ backend: Backend) throws {
        let scene = try scene(backend)
        try scene.bench.upload("id,first_name,attributes\n2,,\"{\"\"a\"\":1}\"\n5,,\n", as: "f")
        let spec = #""resource":"contacts","sourceKey":"f","mode":"upsert""#
        _ = try both(scene, spec)
        let look = { try scene.contacts().split(separator: "\n").filter { $0.hasPrefix("2|") }.joined() }
        #expect(try look() == #"2|bob@x.y|Bob|active|{"a":1,"vip":true,"city":"Rome"}"#)
        _ = try both(scene, spec + #","onMatch":{"empty":"clear","json":"replace"}"#)
        #expect(try look() == #"2|bob@x.y||active|{"a":1}"#)
    }

    @Test("Who unsubscribed stays so, unless the spec says otherwise in so many words", arguments: Backend.allCases)
    func consent(_ backend: Backend) throws {
        let scene = try scene(backend)
        try scene.bench.upload(
            "id,status,attributes\n1,active,\"{\"\"unsubscribed\"\":false}\"\n2,suppressed,\n", as: "f")
        let spec = #""resource":"contacts","sourceKey":"f","mode":"upsert""#
        let look = {
            try scene.contacts().split(separator: "\n").prefix(2).map {
                $0.split(separator: "|")[3...].joined(separator: "|")
            }
        }
        for options in ["", #","onMatch":{"empty":"clear","json":"replace"}"#] {
            let (dry, real) = try both(scene, spec + options)
            #expect(real["preview.consentKept"].int == 1 && dry["preview.consentKept"].int == 1)
            #expect(try look()[0].hasPrefix("unsubscribed|") && look()[0].contains(#""unsubscribed":true"#))
            #expect(try look()[1].hasPrefix("suppressed"))
        }
        _ = try both(scene, spec + #","onMatch":{"resubscribe":true}"#)
        #expect(try look()[0].hasPrefix("active|") && look()[0].contains(#""unsubscribed":false"#))
    }

    @Test("A plan binds: the same is done, a changed source, mapping or mode is refused", arguments: Backend.allCases)
    func plan(_ backend: Backend) throws {
        let scene = try scene(backend)
        try scene.bench.upload("id,first_name\n2,Rob\n5,Eve\n", as: "f")
        let spec = #""resource":"contacts","sourceKey":"f","mode":"upsert""#
        let dry = try scene.load(spec + #","dryRun":true,"jobId":"look""#)
        let refused = [
            #""resource":"contacts","sourceKey":"f","mode":"insert""#,
            spec + #","mapping":{"id":"id","first_name":"last_name"}"#, spec + #","onMatch":{"empty":"clear"}"#,
        ]
        for other in refused {
            let run = try scene.load(other + #","plan":"look""#)
            #expect(run.status == 65 && run.failureCode == "plan_drift" && run.hasHint, "\(run)")
        }
        let missing = try scene.load(spec + #","plan":"nothing""#)
        #expect(missing.status == 66 && missing.failureCode == "plan_not_found", "\(missing)")
        try scene.bench.upload("id,first_name\n2,Rob\n6,Eve\n", as: "f")
        let changed = try scene.load(spec + #","plan":"look""#)
        #expect(changed.status == 65 && changed.failureCode == "plan_drift", "\(changed)")
        #expect(try scene.contacts().contains("Rob") == false)
        let again = try scene.load(spec + #","dryRun":true,"jobId":"look2""#)
        let real = try scene.load(spec + #","plan":"look2","onError":{"maxErrors":5}"#)
        #expect(real.status == 0 && counts(again) == counts(real) && counts(dry) == counts(real), "\(real)")
        let unfit = try scene.load(spec + #","plan":"\#(real["jobId"].string ?? "")""#)
        #expect(unfit.status == 65 && unfit.failureCode == "plan_unfit", "\(unfit)")
    }
}

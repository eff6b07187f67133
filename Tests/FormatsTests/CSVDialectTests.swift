import Formats
import JobCore
import Testing

@Suite("What a CSV file turns out to be")
struct CSVDialectTests {
    private func read(
        _ text: String, _ options: CSVReaderOptions = CSVReaderOptions()
    ) -> (result: ReadResult, traits: CSVTraits?) {
        var found: (ReadResult, CSVTraits?)?
        for pieces in [1, 7, 4096] {
            var reader = CSVReader(options: options)
            let result = readAll(reader, Array(text.utf8), pieces: pieces).result
            if let found { #expect(found.0 == result, "\(text)") }
            var batch = SourceBatch()
            _ = try? reader.read(Array(text.utf8), from: 0, into: &batch)
            try? reader.finish(into: &batch)
            found = (result, reader.traits)
        }
        return found ?? (ReadResult(), nil)
    }

    private func fields(_ text: String, _ options: CSVReaderOptions = CSVReaderOptions()) -> [[String?]] {
        read(text, options).result.rows.map { $0.defect.map { [$0] } ?? $0.fields }
    }

    @Test("quotes with a backslash in front are found out, and doubled ones are read beside them")
    func backslash() {
        let text = "\"a\",\"b\"\n\"1\",\"The \\\"Old\\\" Mill, Ltd\"\n\"2\",\"C:\\\\x \"\"y\"\" \\n\"\n3,\"say \\\"\"\n"
        #expect(read(text).traits?.isBackslashEscaped == true)
        #expect(fields(text) == [["1", "The \"Old\" Mill, Ltd"], ["2", "C:\\x \"y\" \\n"], ["3", "say \""]])
        #expect(fields(text, CSVReaderOptions(escape: .quote)).contains(["malformed_quote"]))
    }

    @Test("a path that ends with a backslash is text")
    func path() {
        let text = "\"a\",\"b\"\n\"D:\\maps\\\",\"x\"\n\"y\",\"z\"\n"
        #expect(read(text).traits?.isBackslashEscaped == false)
        #expect(fields(text) == [["D:\\maps\\", "x"], ["y", "z"]])
        #expect(fields(text, CSVReaderOptions(escape: .backslash)).first == ["malformed_quote"])
    }

    @Test("single quotes around fields are quotes, an apostrophe is text")
    func singleQuotes() {
        let text = "'a','b'\n'1','Rose, Thorn'\n2,'O''Hara'\n"
        #expect(read(text).traits?.quote == 0x27)
        #expect(fields(text) == [["1", "Rose, Thorn"], ["2", "O'Hara"]])
        #expect(fields("a,b\n'1','x, y'\n'2','z'\n") == [["1", "x, y"], ["2", "z"]])
        #expect(fields("a,b\n't Hooft,x\n'tis,y\n") == [["'t Hooft", "x"], ["'tis", "y"]])
        #expect(fields("a,b\n'x',\"y\"\nO'Hara,z\n") == [["'x'", "y"], ["O'Hara", "z"]])
        #expect(fields(text, CSVReaderOptions(quote: 0x22)).first == ["ragged_row"])
    }

    @Test("blanks around quotes and behind delimiters are left out where the file has them throughout")
    func blanks() {
        let text = "a, b, c\n1, \"x, y\", \"z\"\n2, w, \"v\"\n"
        #expect(read(text).traits?.hasBlanks == true)
        #expect(fields(text) == [["1", "x, y", "z"], ["2", "w", "v"]])
        #expect(fields("a,b\n1, \"x, y\"\n2,\"z\" \n3, w\n") == [["1", "x, y"], ["2", "z"], ["3", " w"]])
        #expect(fields("a,b\n1, x\n2,y\n") == [["1", " x"], ["2", "y"]])
        #expect(read("a,b\n1, x\n2,y\n").traits?.hasBlanks == false)
    }

    @Test("title lines are left out and counted, whether their delimiters are those of the table or not")
    func titles() {
        for (title, lines) in [
            ("Members of the choir, spring\n", 1), ("Report 2026;;\n", 1), ("Report\n\nMade by us, for you\r\n", 3),
            ("\"A title\nof two lines\"\n", 2),
        ] {
            let (result, traits) = read("\(title)id;email;name\n1;a@x;Ann\n2;b@x;Bo\n")
            #expect(result.columns == ["id", "email", "name"], "\(title)")
            #expect(result.rows.map(\.fields) == [["1", "a@x", "Ann"], ["2", "b@x", "Bo"]])
            #expect(result.rows.first?.line == lines + 2 && traits?.skippedLines == lines, "\(title)")
        }
        let comma = read("Members, spring\nid,email,name\n1,a@x,Ann\n")
        #expect(comma.result.columns == ["id", "email", "name"] && comma.traits?.skippedLines == 1)
    }

    @Test("what could be a header stays one")
    func noTitles() {
        for text in [
            "id,email\n1,a@x,surplus\n2,b@x,surplus\n", "id\n1\n2\n", "id,name\n1,Ann\n2,Bo,x\n",
            "id,,\n1,2,3\n4,5,6\n",
        ] {
            #expect(read(text).result.columns.first == "id" && read(text).traits?.skippedLines == 0, "\(text)")
        }
    }

    @Test("lines that are told are left out, whatever they hold, and count as lines")
    func toldLines() {
        let text = "id,email\r\n\"text,text\r\nid,name\r\n1,Lou\r\n"
        let (result, traits) = read(text, CSVReaderOptions(skipLines: 2))
        #expect(result.columns == ["id", "name"] && result.rows.map(\.fields) == [["1", "Lou"]])
        #expect(result.rows.map(\.line) == [4] && result.rows.map(\.offset) == [31])
        #expect(traits?.skippedLines == 2)
        #expect(read("x\nid,name\n1,2\n", CSVReaderOptions(skipLines: 0)).result.columns == ["x"])
        #expect(read("x\n", CSVReaderOptions(skipLines: 9)).result.error == "source_empty")
    }

    @Test("empty surplus fields and an unnamed last column ask for nothing; text in them does")
    func surplus() {
        #expect(fields("a,b\n1,2,\n3,4,, \n5,6,7\n") == [["1", "2"], ["3", "4"], ["ragged_row"]])
        #expect(fields("a,b,\n1,2\n3,4\n5,6,\n") == [["1", "2"], ["3", "4"], ["5", "6"]])
        #expect(fields("a,b,\n1,2\n3,4,5\n") == [["1", "2", nil], ["3", "4", "5"]])
        #expect(fields("a,b\n1\n") == [["ragged_row"]])
    }

    @Test("the header again is no row, also with a mark in front")
    func repeatedHeader() {
        #expect(fields("a,b\n1,2\na,b\n3,4\n") == [["1", "2"], ["repeated_header"], ["3", "4"]])
        #expect(
            fields("\"a\",\"b\"\n1,2\n\u{FEFF}\"a\",\"b\"\na,c\n") == [["1", "2"], ["repeated_header"], ["a", "c"]])
        #expect(fields("a,b,\na,b,\n1,2,\n") == [["repeated_header"], ["1", "2"]])
    }

    @Test("the header again in another case or order of its columns is no row; part of it is one")
    func changedHeader() {
        let text = "id,email\n1,a\nEmail,ID\nID,EMAIL\n\"email\",\"id\"\n\u{FEFF}Email,Id\n2,b\n"
        let header = ["repeated_header"] as [String?]
        #expect(fields(text) == [["1", "a"], header, header, header, header, ["2", "b"]])
        #expect(
            fields("id,email\nid,id\nid,emailx\ndi,email\n") == [["id", "id"], ["id", "emailx"], ["di", "email"]])
        #expect(fields("id,email\nid,email,x\n") == [["ragged_row"]])
    }

    @Test("a file with nothing in it is empty, one whose header was skipped has none")
    func empty() {
        func message(_ text: String, _ options: CSVReaderOptions = CSVReaderOptions()) -> String? {
            var reader = CSVReader(options: options)
            var batch = SourceBatch()
            do {
                _ = try reader.read(Array(text.utf8), from: 0, into: &batch)
                try reader.finish(into: &batch)
                return nil
            } catch {
                return error.message
            }
        }
        for text in ["", "\u{FEFF}", "\n\r\n", " , \n"] { #expect(message(text) == "the file is empty", "\(text)") }
        #expect(message("a\nb\n", CSVReaderOptions(skipLines: 5)) == "the file has no header")
        #expect(message("", CSVReaderOptions(hasHeader: false)) == "the file is empty")
    }

    @Test("rows of nothing but white space are skipped like blank lines")
    func blankRows() {
        let text = "a,b\n1,2\n,\n , \n\"\",\"\"\n\u{00A0},\u{3000}\u{2009}\n,,,\n \n3,4\n"
        #expect(fields(text) == [["1", "2"], ["3", "4"]])
        #expect(read(text).result.rows.map(\.line) == [2, 9])
        #expect(fields("a,b\n\u{200B},\n") == [["\u{200B}", nil]])
    }

    @Test("a text of another encoding is never said to be UTF-8")
    func otherEncoding() throws {
        var reader = CSVReader(options: CSVReaderOptions(sourceEncoding: "windows-1252"))
        var batch = SourceBatch()
        _ = try reader.read(Array("a,b\n1,".utf8) + [0xFF, 0x0A], from: 0, into: &batch)
        try reader.finish(into: &batch)
        #expect(batch.defects.map(\.code) == ["invalid_encoding"])
        #expect(batch.defects.first?.message == "the row has bytes that have no meaning in windows-1252")
    }
}

import JobCore
import Testing

@Suite("Notes")
struct NoteBookTests {
    @Test("Notes keep their order; one of the same code and place takes the place of the earlier one")
    func replaced() {
        let book = NoteBook()
        book.add(Note("a", at: "x", "1 row"))
        book.add(Note("a", at: "y", "1 row"))
        book.add(Note("a", at: "x", "2 rows"))
        #expect(book.notes == [Note("a", at: "x", "2 rows"), Note("a", at: "y", "1 row")])
    }

    @Test("A source of nothing but oddities cannot fill the manifest")
    func bounded() {
        let book = NoteBook()
        for number in 0..<1000 { book.add(Note("a", at: "\(number)", "")) }
        book.add(Note("a", at: "0", "still counted"))
        #expect(book.notes.count == 100 && book.notes[0].text == "still counted")
    }
}

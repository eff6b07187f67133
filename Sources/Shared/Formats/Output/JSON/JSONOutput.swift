package import JobCore

/// JSON as a format of results: one array, or objects a line each (https://jsonlines.org).
package struct JSONOutput: OutputFormat {
    private let layout: JSONLayout

    package init(_ layout: JSONLayout) { self.layout = layout }

    package var name: String {
        switch layout {
        case .array: "json"
        case .lines: "jsonl"
        }
    }

    package var contentType: String {
        switch layout {
        case .array: "application/json"
        case .lines: "application/x-ndjson"
        }
    }

    package func writer(of columns: [Column], _ options: JSONValue) -> any RowWriter {
        JSONRowWriter(columns: columns, layout: layout)
    }

    package func counter(_ options: JSONValue) -> any RowCounting {
        ReaderCounter(JSONRowReader(layout: layout))
    }
}

internal import ArgumentParser
internal import Formats

/// Prints the JSON Schema of the spec.
struct SchemaCommand<Work: Job>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "schema", abstract: "Print the JSON Schema of the job spec.")
    }

    func run() {
        let schema = Work.shape.schemaDocument(title: "\(Work.kind.program) spec")
        StandardStream.output(schema.serializedPretty() + "\n")
    }
}

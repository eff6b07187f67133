internal import ArgumentParser

/// Where the spec of a job is.
struct SpecOptions: ParsableArguments {
    @Option(name: .long, help: "File with the job spec; '-' is standard input.")
    var spec: String?
}

internal import JobCore

/// What a first run with nothing configured finds: the demo organisation in a database of its own.
enum FirstRun {
    /// Creates the default database when it is not there: with the demo organisation, unless the catalogue is another one.
    ///
    /// It is built beside its place and linked there whole, so that a killed first run leaves nothing half-filled and of two
    /// first runs one wins.
    static func createDemo(_ configuration: Configuration, _ database: any Database) async throws {
        let environment = configuration.environment
        guard environment.usesDefaultDatabase, await !database.exists() else { return }
        let (scheme, path) = BackendURL.split(environment.databaseURL)
        try FileLayout.createFolder(of: path)
        if environment.catalogueFile != nil { return }
        FileLayout.removeAbandonedDrafts(of: path)
        let draft = FileLayout.draftName(of: path)
        defer { FileLayout.remove(draft) }
        let filled = try configuration.backends.database("\(scheme):\(draft)", environment, jobId: nil)
        _ = try await filled.migrate(configuration.catalogue)
        let rows = try await DemoData.fill(filled, configuration.catalogue)
        if try FileLayout.publish(draft, as: path) {
            configuration.log.info(
                "first run: created \(path) with \(rows) rows of the demo organisation \(DemoData.orgId)")
        }
    }
}

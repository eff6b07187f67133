internal import JobCore
internal import ObjectStorage

/// Stores the report of a job.
struct ReportWriter: Sendable {
    let context: JobContext
    /// Seconds that its link lives.
    let secondsToLive: Int

    /// The report of what the manifest will say; `nil` when it could not be stored, which fails no job.
    func write(_ manifest: Manifest) async -> ReportFile? {
        let page = ReportPage(manifest: manifest).html()
        let store = context.place.store
        do throws(JobError) {
            let key = try context.key("report.html")
            _ = try await store.put(page, at: key, contentType: "text/html; charset=utf-8", mode: .overwrite)
            let link = try await store.downloadLink(key, fileName: "report.html", secondsToLive: secondsToLive)
            return ReportFile(key: key.text, url: link.url)
        } catch {
            context.log.warning("the report could not be stored: \(error.description)")
            // It may be there all the same, and no manifest will name it.
            if let key = try? context.key("report.html") { try? await store.delete(key) }
            return nil
        }
    }
}

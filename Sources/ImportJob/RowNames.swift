internal import JobCore
internal import JobRuntime

extension ImportSpec {
    /// Whether an object with these names is a row: they reach every field that a row must have.
    func isRow(_ names: [String]) -> Bool {
        do {
            let preset = preset ?? (recognisesPreset ? Preset.recognised(in: names) : nil)
            try ResolvedMapping(spec: self, columns: names, isJSON: true, preset: preset).checkNeeded(common.resource)
            return true
        } catch {
            return error.code != .mappingIncomplete
        }
    }
}

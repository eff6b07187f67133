import CZstd
import JobCore

/// Reads zstd frames, one after the other, and passes over skippable ones.
@safe
final class ZstdDecoder {
    /// 128 MiB, what the zstd tool takes by default.
    private static let windowLogMaximum: Int32 = 27

    private let context: OpaquePointer
    private var isInFrame = true
    /// Whether the decoder may hold bytes that had no room in the last output.
    private(set) var hasPending = false

    init() throws(JobError) {
        guard let context = unsafe ZSTD_createDCtx() else { throw CompressionFailure.noMemory() }
        unsafe self.context = context
        let result = unsafe czstd_set_window_log_max(context, Self.windowLogMaximum)
        if ZSTD_isError(result) != 0 { throw CompressionFailure.noMemory() }
    }

    deinit { _ = unsafe ZSTD_freeDCtx(context) }

    /// Whether a source may end here.
    var isComplete: Bool { !isInFrame }

    func decode(
        _ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
    ) throws(DecodingDefect) -> DecodingProgress {
        var source = unsafe ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var target = unsafe ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        while unsafe target.pos < target.size && (source.pos < source.size || hasPending) {
            let result = unsafe ZSTD_decompressStream(context, &target, &source)
            if ZSTD_isError(result) != 0 {
                switch ZSTD_getErrorCode(result) {
                case ZSTD_error_frameParameter_windowTooLarge: throw .window
                case ZSTD_error_memory_allocation: throw .noMemory
                default: throw .corrupt(offset: unsafe source.pos)
                }
            }
            isInFrame = result != 0
            hasPending = unsafe isInFrame && target.pos == target.size
        }
        return DecodingProgress(consumed: unsafe source.pos, produced: unsafe target.pos)
    }
}

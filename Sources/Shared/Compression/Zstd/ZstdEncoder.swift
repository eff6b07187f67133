import CZstd
import JobCore

/// Writes zstd frames (RFC 8878) at level 3 with a checksum of the contents.
@safe
final class ZstdEncoder {
    private static let level: Int32 = 3

    private let context: OpaquePointer
    private let buffer: UnsafeMutableBufferPointer<UInt8>

    init() throws(JobError) {
        guard let context = unsafe ZSTD_createCCtx() else { throw CompressionFailure.noMemory() }
        unsafe self.context = context
        unsafe buffer = .allocate(capacity: ZSTD_CStreamOutSize())
        try set(ZSTD_c_compressionLevel, Self.level)
        try set(ZSTD_c_checksumFlag, 1)
    }

    deinit {
        _ = unsafe ZSTD_freeCCtx(context)
        unsafe buffer.deallocate()
    }

    /// Adds input to the frame and appends what is ready; `isEnd` completes the frame and gets ready for the next.
    func encode(_ input: [UInt8], isEnd: Bool, into output: inout [UInt8]) throws(JobError) {
        let isDone = unsafe input.withUnsafeBytes { input in
            var source = unsafe ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
            while true {
                var target = unsafe ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
                let left = unsafe ZSTD_compressStream2(context, &target, &source, isEnd ? ZSTD_e_end : ZSTD_e_continue)
                if ZSTD_isError(left) != 0 { return false }
                unsafe output.append(contentsOf: buffer[..<target.pos])
                if isEnd ? left == 0 : unsafe source.pos == source.size { return true }
            }
        }
        if !isDone { throw CompressionFailure.encoder(.zstd) }
    }

    private func set(_ parameter: ZSTD_cParameter, _ value: Int32) throws(JobError) {
        let result = unsafe ZSTD_CCtx_setParameter(context, parameter, value)
        if ZSTD_isError(result) != 0 { throw CompressionFailure.encoder(.zstd) }
    }
}

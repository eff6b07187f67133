import CISAL
import Glibc
import JobCore

/// Reads the one file of a ZIP archive that comes in pieces, with ISA-L (APPNOTE.TXT 6.3.10, PKWARE).
///
/// It goes by the local headers, because the directory comes last. Folders and what operating systems leave in archives
/// are passed over, a second file is refused, CRC-32 and sizes are checked, and the directory must be there to its end.
@safe
final class ZipDecoder {
    private enum Stage {
        /// The signature of a record, then the record.
        case signature, local, directory, directoryEnd64, locator, directoryEnd
        /// Contents that nobody wants, so many bytes.
        case passed(Int)
        case stored(Int)
        case deflated
        case descriptor
        case end
    }

    private let state: UnsafeMutablePointer<inflate_state>
    private var stage = Stage.signature
    private var record: [UInt8] = []
    /// Bytes to be read again before the input.
    private var returned: [UInt8] = []
    private var entry: ZipEntry?
    /// The name of the file with the data.
    private(set) var memberName: String?
    /// Of the contents so far.
    private var checksum: UInt32 = 0
    private var packedBytes = 0
    private var plainBytes = 0
    /// Files by their own headers, less those that the directory names.
    private var unlisted = 0
    private(set) var hasPending = false

    init() throws(JobError) {
        guard let state = unsafe cisal_inflate_new() else { throw CompressionFailure.noMemory() }
        unsafe self.state = state
    }

    deinit { unsafe free(state) }

    /// Whether a source may end here.
    var isComplete: Bool {
        if case .end = stage { true } else { false }
    }

    func decode(
        _ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
    ) throws(DecodingDefect) -> DecodingProgress {
        var progress = DecodingProgress()
        while true {
            let before = progress.consumed
            switch stage {
            case .passed(let left):
                let count = min(left, input.count - progress.consumed)
                progress.consumed += count
                stage = left == count ? .signature : .passed(left - count)
                if left > count { return progress }
            case .stored(let left):
                guard progress.produced + progress.discarded < output.count else { return progress }
                let count = min(left, input.count - progress.consumed, output.count - progress.produced)
                let source = unsafe UnsafeBufferPointer(rebasing: input[progress.consumed..<before + count])
                let room = unsafe UnsafeMutableBufferPointer(rebasing: output[progress.produced...])
                _ = unsafe room.initialize(fromContentsOf: source)
                progress.consumed += count
                unsafe take(room, count, &progress)
                stage = .stored(left - count)
                if left == count { try endContents(progress) } else if count == 0 { return progress }
            case .deflated:
                guard progress.produced + progress.discarded < output.count,
                    progress.consumed < input.count || hasPending
                else { return progress }
                try unsafe inflate(input, output, &progress)
            case .end:
                // Nothing that follows belongs to the archive.
                progress.consumed = input.count
                return progress
            default:
                guard let byte = unsafe nextByte(input, &progress) else { return progress }
                record.append(byte)
                let isValid: Bool
                do throws(ZipRefusal) {
                    isValid = try takeRecord()
                } catch {
                    throw .refused(error, offset: before)
                }
                if !isValid { throw .corrupt(offset: before) }
            }
        }
    }

    private func nextByte(_ input: UnsafeBufferPointer<UInt8>, _ progress: inout DecodingProgress) -> UInt8? {
        if !returned.isEmpty { return returned.removeFirst() }
        guard progress.consumed < input.count else { return nil }
        progress.consumed += 1
        return unsafe input[progress.consumed - 1]
    }

    private func inflate(
        _ input: UnsafeBufferPointer<UInt8>, _ output: UnsafeMutableBufferPointer<UInt8>,
        _ progress: inout DecodingProgress
    ) throws(DecodingDefect) {
        let rest = unsafe UnsafeBufferPointer(rebasing: input[progress.consumed...])
        let room = unsafe UnsafeMutableBufferPointer(rebasing: output[progress.produced...])
        let given = UInt32(clamping: rest.count)
        let space = UInt32(clamping: room.count)
        unsafe state.pointee.next_in = UnsafeMutablePointer(mutating: rest.baseAddress)
        unsafe state.pointee.avail_in = given
        unsafe state.pointee.next_out = room.baseAddress
        unsafe state.pointee.avail_out = space
        let result = unsafe isal_inflate(state)
        let used = unsafe Int(given - state.pointee.avail_in)
        let made = unsafe Int(space - state.pointee.avail_out)
        progress.consumed += used
        packedBytes += used
        guard result >= ISAL_DECOMP_OK, result != ISAL_NEED_DICT else { throw .corrupt(offset: progress.consumed) }
        hasPending = unsafe state.pointee.avail_out == 0
        unsafe take(room, made, &progress)
        if unsafe cisal_inflate_is_finished(state) != 0 {
            hasPending = false
            returned = [UInt8](repeating: 0, count: 8)
            let count = unsafe returned.withUnsafeMutableBufferPointer { bytes in
                unsafe bytes.baseAddress.map { unsafe Int(cisal_inflate_take_back(state, $0)) } ?? 0
            }
            returned.removeLast(8 - count)
            packedBytes -= count
            try endContents(progress)
        } else if used == 0, made == 0, given > 0 {
            // Valid data always moves on; this keeps a defect of the library from looping for ever.
            throw .corrupt(offset: progress.consumed)
        }
    }

    /// Counts contents that stand at the beginning of the room.
    private func take(_ room: UnsafeMutableBufferPointer<UInt8>, _ count: Int, _ progress: inout DecodingProgress) {
        checksum = unsafe crc32_gzip_refl(checksum, room.baseAddress, UInt64(count))
        plainBytes += count
        if entry?.isPassedOver == true { progress.discarded += count } else { progress.produced += count }
    }

    private func endContents(_ progress: DecodingProgress) throws(DecodingDefect) {
        guard let entry else { return }
        if case .stored(let left) = stage, left == 0 { packedBytes = plainBytes }
        record.removeAll()
        if entry.hasDescriptor {
            stage = .descriptor
        } else {
            guard checksum == entry.checksum, plainBytes == entry.plainBytes, packedBytes == entry.packedBytes else {
                throw .corrupt(offset: progress.consumed)
            }
            stage = .signature
        }
    }

    /// Looks at the record after another byte; `false` when it cannot stand there.
    private func takeRecord() throws(ZipRefusal) -> Bool {
        switch stage {
        case .signature:
            guard record.count == 4 else { return true }
            return try begin(record.number(at: 0, bytes: 4))
        case .local:
            guard record.count >= ZipEntry.fixedBytes, record.count == ZipEntry.headerBytes(record) else { return true }
            guard let entry = ZipEntry(record) else { return false }
            try begin(entry)
        case .directory:
            guard record.count >= 46 else { return true }
            let names = [28, 30, 32].reduce(0) { $0 + record.number(at: $1, bytes: 2) }
            guard record.count == 46 + names else { return true }
            unlisted -= 1
            next(.signature)
        case .directoryEnd64:
            guard record.count >= 12 else { return true }
            let size = record.number(at: 4, bytes: 8)
            guard 0..<(1 << 16) ~= size else { return false }
            if record.count == 12 + size { next(.signature) }
        case .locator:
            if record.count == 20 { next(.signature) }
        case .directoryEnd:
            guard record.count >= 22, record.count == 22 + record.number(at: 20, bytes: 2) else { return true }
            next(.end)
            return unlisted == 0
        case .descriptor:
            return takeDescriptor()
        default: break
        }
        return true
    }

    /// Goes by the signature of a record.
    private func begin(_ signature: Int) throws(ZipRefusal) -> Bool {
        switch signature {
        case 0x0403_4B50: stage = .local
        case 0x0807_4B50 where memberName == nil: throw .severalVolumes
        case 0x0201_4B50, 0x0606_4B50, 0x0605_4B50:
            if memberName == nil { throw .noFile }
            stage = signature == 0x0201_4B50 ? .directory : signature == 0x0606_4B50 ? .directoryEnd64 : .directoryEnd
        case 0x0706_4B50: stage = .locator
        default: return false
        }
        return true
    }

    private func begin(_ entry: ZipEntry) throws(ZipRefusal) {
        unlisted += 1
        self.entry = entry
        checksum = 0
        packedBytes = 0
        plainBytes = 0
        if entry.isPassedOver {
            if entry.hasKnownEnd && !entry.hasDescriptor { return next(.passed(entry.packedBytes)) }
        } else {
            if let document = entry.document { throw .office(document) }
            if let memberName { throw .severalFiles(first: memberName, second: entry.name) }
            memberName = entry.name
        }
        if entry.isEncrypted { throw .encrypted }
        if !entry.hasKnownMethod { throw .method(entry.method) }
        if entry.isStored {
            if !entry.hasKnownEnd { throw .unknownSize }
            next(.stored(entry.packedBytes))
        } else {
            unsafe cisal_inflate_reset_raw(state)
            next(.deflated)
        }
    }

    /// Compares the descriptor with what came; its form shows only in what follows it.
    private func takeDescriptor() -> Bool {
        let next: [UInt8] = [0x50, 0x4B]
        let forms = ZipEntry.descriptors(checksum: checksum, packedBytes: packedBytes, plainBytes: plainBytes)
        if forms.contains(where: { $0 + next == record }) {
            returned = next + returned
            self.next(.signature)
            return true
        }
        return forms.contains { ($0 + next).starts(with: record) }
    }

    private func next(_ stage: Stage) {
        self.stage = stage
        record.removeAll()
    }
}

#pragma once
#include <stdint.h>
#include <string.h>
#if defined(__SSE2__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

// Swift's SIMD masks do not compile to one move-mask instruction, which byte scanners live on. Every function here
// exists three times: SSE2 (part of every x86-64), NEON (part of every arm64), and plain C.

#if defined(__ARM_NEON) && !defined(__SSE2__)
/// One bit for each of 64 bytes that are 0x00 or 0xff in four vectors.
static inline uint64_t csimd_neon_mask(uint8x16_t a, uint8x16_t b, uint8x16_t c, uint8x16_t d) {
    const uint8x16_t bits = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t ab = vpaddq_u8(vandq_u8(a, bits), vandq_u8(b, bits));
    const uint8x16_t cd = vpaddq_u8(vandq_u8(c, bits), vandq_u8(d, bits));
    const uint8x16_t abcd = vpaddq_u8(ab, cd);
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(abcd, abcd)), 0);
}
#endif

/// One bit for each of 64 bytes that equals `value`; bit 0 is the first byte. Reads 64 bytes.
static inline uint64_t csimd_equal64(const uint8_t *_Nonnull bytes, uint8_t value) {
#if defined(__SSE2__)
    const __m128i needle = _mm_set1_epi8((char)value);
    uint64_t mask = 0;
    for (int i = 0; i < 4; i++) {
        const __m128i block = _mm_loadu_si128((const __m128i *)(bytes + 16 * i));
        mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(block, needle)) << (16 * i);
    }
    return mask;
#elif defined(__ARM_NEON)
    const uint8x16_t needle = vdupq_n_u8(value);
    return csimd_neon_mask(vceqq_u8(vld1q_u8(bytes), needle), vceqq_u8(vld1q_u8(bytes + 16), needle),
                           vceqq_u8(vld1q_u8(bytes + 32), needle), vceqq_u8(vld1q_u8(bytes + 48), needle));
#else
    uint64_t mask = 0;
    for (int i = 0; i < 64; i++) mask |= (uint64_t)(bytes[i] == value) << i;
    return mask;
#endif
}

/// Whether any of 64 bytes has its high bit set, that is, is not ASCII. Reads 64 bytes.
static inline int csimd_any_high64(const uint8_t *_Nonnull bytes) {
#if defined(__SSE2__)
    const __m128i *p = (const __m128i *)bytes;
    const __m128i ab = _mm_or_si128(_mm_loadu_si128(p), _mm_loadu_si128(p + 1));
    const __m128i cd = _mm_or_si128(_mm_loadu_si128(p + 2), _mm_loadu_si128(p + 3));
    return _mm_movemask_epi8(_mm_or_si128(ab, cd)) != 0;
#elif defined(__ARM_NEON)
    const uint8x16_t ab = vorrq_u8(vld1q_u8(bytes), vld1q_u8(bytes + 16));
    const uint8x16_t cd = vorrq_u8(vld1q_u8(bytes + 32), vld1q_u8(bytes + 48));
    return vmaxvq_u8(vorrq_u8(ab, cd)) >= 0x80;
#else
    uint8_t all = 0;
    for (int i = 0; i < 64; i++) all |= bytes[i];
    return all >= 0x80;
#endif
}

#if defined(__ARM_NEON) && !defined(__SSE2__)
/// One bit for each of 16 bytes that are 0x00 or 0xff.
static inline uint32_t csimd_neon_mask16(uint8x16_t a) {
    const uint8x16_t bits = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t masked = vandq_u8(a, bits);
    return (uint32_t)vaddv_u8(vget_low_u8(masked)) | (uint32_t)vaddv_u8(vget_high_u8(masked)) << 8;
}
#endif

/// Copies 16 bytes; the two places may not overlap.
static inline void csimd_copy16(uint8_t *_Nonnull to, const uint8_t *_Nonnull from) { memcpy(to, from, 16); }

/// One bit for each of 16 bytes that equals `value`. Reads 16 bytes.
static inline uint32_t csimd_equal16(const uint8_t *_Nonnull bytes, uint8_t value) {
#if defined(__SSE2__)
    const __m128i block = _mm_loadu_si128((const __m128i *)bytes);
    return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(block, _mm_set1_epi8((char)value)));
#elif defined(__ARM_NEON)
    return csimd_neon_mask16(vceqq_u8(vld1q_u8(bytes), vdupq_n_u8(value)));
#else
    uint32_t mask = 0;
    for (int i = 0; i < 16; i++) mask |= (uint32_t)(bytes[i] == value) << i;
    return mask;
#endif
}

/// One bit for each of 16 bytes that is the delimiter, a double quote, CR or LF. Reads 16 bytes.
static inline uint32_t csimd_csv_special16(const uint8_t *_Nonnull bytes, uint8_t delimiter) {
#if defined(__SSE2__)
    const __m128i block = _mm_loadu_si128((const __m128i *)bytes);
    const __m128i marks = _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8((char)delimiter)),
                                       _mm_cmpeq_epi8(block, _mm_set1_epi8('"')));
    const __m128i ends = _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('\r')),
                                      _mm_cmpeq_epi8(block, _mm_set1_epi8('\n')));
    return (uint32_t)_mm_movemask_epi8(_mm_or_si128(marks, ends));
#elif defined(__ARM_NEON)
    const uint8x16_t block = vld1q_u8(bytes);
    const uint8x16_t marks = vorrq_u8(vceqq_u8(block, vdupq_n_u8(delimiter)), vceqq_u8(block, vdupq_n_u8('"')));
    const uint8x16_t ends = vorrq_u8(vceqq_u8(block, vdupq_n_u8('\r')), vceqq_u8(block, vdupq_n_u8('\n')));
    return csimd_neon_mask16(vorrq_u8(marks, ends));
#else
    uint32_t mask = 0;
    for (int i = 0; i < 16; i++) {
        const uint8_t b = bytes[i];
        mask |= (uint32_t)(b == delimiter || b == '"' || b == '\r' || b == '\n') << i;
    }
    return mask;
#endif
}

/// What ends the plain part of a JSON string: bits 0–15 for quote, backslash and control characters among 16 bytes,
/// bits 16–31 for bytes that are not ASCII. Reads 16 bytes.
static inline uint32_t csimd_json_special16(const uint8_t *_Nonnull bytes) {
#if defined(__SSE2__)
    const __m128i block = _mm_loadu_si128((const __m128i *)bytes);
    const __m128i marks = _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('"')),
                                       _mm_cmpeq_epi8(block, _mm_set1_epi8('\\')));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1f)), block);
    return (uint32_t)_mm_movemask_epi8(_mm_or_si128(marks, control)) | (uint32_t)_mm_movemask_epi8(block) << 16;
#elif defined(__ARM_NEON)
    const uint8x16_t block = vld1q_u8(bytes);
    const uint8x16_t marks = vorrq_u8(vceqq_u8(block, vdupq_n_u8('"')), vceqq_u8(block, vdupq_n_u8('\\')));
    const uint8x16_t control = vcltq_u8(block, vdupq_n_u8(0x20));
    return csimd_neon_mask16(vorrq_u8(marks, control)) |
           csimd_neon_mask16(vcgeq_u8(block, vdupq_n_u8(0x80))) << 16;
#else
    uint32_t mask = 0;
    for (int i = 0; i < 16; i++) {
        const uint8_t b = bytes[i];
        mask |= (uint32_t)(b == '"' || b == '\\' || b < 0x20) << i | (uint32_t)(b >= 0x80) << (16 + i);
    }
    return mask;
#endif
}

/// Where the bytes a CSV scanner stops at are in a block of 64; bit 0 is the first byte.
typedef struct {
    uint64_t quotes;
    /// Delimiters, CR and LF.
    uint64_t special;
    /// CR and LF.
    uint64_t breaks;
    uint64_t cr;
    /// NUL and bytes that are not ASCII.
    uint64_t odd;
} csimd_csv_masks;

#if defined(__SSE2__)
/// One bit for each of 64 bytes whose high bit is set in four vectors.
static inline uint64_t csimd_sse_mask(__m128i a, __m128i b, __m128i c, __m128i d) {
    const uint64_t low = (uint32_t)_mm_movemask_epi8(a) | (uint32_t)_mm_movemask_epi8(b) << 16;
    const uint64_t high = (uint32_t)_mm_movemask_epi8(c) | (uint32_t)_mm_movemask_epi8(d) << 16;
    return low | high << 32;
}

// Out of line, or the compiler keeps every comparison alive across the branch, byte by byte.
__attribute__((noinline, unused)) static uint64_t csimd_rare_cr64(const uint8_t *_Nonnull bytes) {
    return csimd_equal64(bytes, '\r');
}

__attribute__((noinline, unused)) static uint64_t csimd_rare_odd64(const uint8_t *_Nonnull bytes) {
    const __m128i *p = (const __m128i *)bytes;
    const uint64_t high = csimd_sse_mask(_mm_loadu_si128(p), _mm_loadu_si128(p + 1), _mm_loadu_si128(p + 2),
                                         _mm_loadu_si128(p + 3));
    return high | csimd_equal64(bytes, 0);
}
#endif

/// Classifies 64 bytes for a CSV scanner. Reads 64 bytes.
static inline csimd_csv_masks csimd_csv_masks64(const uint8_t *_Nonnull bytes, uint8_t delimiter, uint8_t quote) {
    csimd_csv_masks masks = {0, 0, 0, 0, 0};
#if defined(__SSE2__)
    const __m128i *p = (const __m128i *)bytes;
    const __m128i a = _mm_loadu_si128(p), b = _mm_loadu_si128(p + 1);
    const __m128i c = _mm_loadu_si128(p + 2), d = _mm_loadu_si128(p + 3);
#define CSIMD_EQUAL(name, value)                                                                               \
    const __m128i name##_v = _mm_set1_epi8((char)(value));                                                     \
    const __m128i name##_a = _mm_cmpeq_epi8(a, name##_v), name##_b = _mm_cmpeq_epi8(b, name##_v);              \
    const __m128i name##_c = _mm_cmpeq_epi8(c, name##_v), name##_d = _mm_cmpeq_epi8(d, name##_v)
#define CSIMD_OR4(a, b, c, d) _mm_or_si128(_mm_or_si128(a, b), _mm_or_si128(c, d))
    CSIMD_EQUAL(quote, quote);
    CSIMD_EQUAL(delimiter, delimiter);
    CSIMD_EQUAL(cr, '\r');
    CSIMD_EQUAL(lf, '\n');
    CSIMD_EQUAL(nul, 0);
    const __m128i break_a = _mm_or_si128(cr_a, lf_a), break_b = _mm_or_si128(cr_b, lf_b);
    const __m128i break_c = _mm_or_si128(cr_c, lf_c), break_d = _mm_or_si128(cr_d, lf_d);
    masks.quotes = csimd_sse_mask(quote_a, quote_b, quote_c, quote_d);
    masks.special = csimd_sse_mask(_mm_or_si128(delimiter_a, break_a), _mm_or_si128(delimiter_b, break_b),
                                   _mm_or_si128(delimiter_c, break_c), _mm_or_si128(delimiter_d, break_d));
    masks.breaks = csimd_sse_mask(break_a, break_b, break_c, break_d);
    // Most blocks have none of the others: one test for all four vectors.
    if (_mm_movemask_epi8(CSIMD_OR4(cr_a, cr_b, cr_c, cr_d)) != 0) masks.cr = csimd_rare_cr64(bytes);
    const __m128i high = CSIMD_OR4(a, b, c, d), nul = CSIMD_OR4(nul_a, nul_b, nul_c, nul_d);
    if (_mm_movemask_epi8(_mm_or_si128(high, nul)) != 0) masks.odd = csimd_rare_odd64(bytes);
#undef CSIMD_OR4
#undef CSIMD_EQUAL
#elif defined(__ARM_NEON)
    const uint8x16_t a = vld1q_u8(bytes), b = vld1q_u8(bytes + 16);
    const uint8x16_t c = vld1q_u8(bytes + 32), d = vld1q_u8(bytes + 48);
#define CSIMD_EQUAL(value)                                                                                     \
    csimd_neon_mask(vceqq_u8(a, vdupq_n_u8(value)), vceqq_u8(b, vdupq_n_u8(value)),                            \
                    vceqq_u8(c, vdupq_n_u8(value)), vceqq_u8(d, vdupq_n_u8(value)))
    masks.quotes = CSIMD_EQUAL(quote);
    masks.cr = CSIMD_EQUAL('\r');
    masks.breaks = masks.cr | CSIMD_EQUAL('\n');
    masks.special = masks.breaks | CSIMD_EQUAL(delimiter);
#undef CSIMD_EQUAL
    // Zero less one is above 0x7e, as are bytes that are not ASCII, and DEL less one is not.
    const uint8x16_t one = vdupq_n_u8(1), last = vdupq_n_u8(0x7e);
    masks.odd = csimd_neon_mask(vcgtq_u8(vsubq_u8(a, one), last), vcgtq_u8(vsubq_u8(b, one), last),
                                vcgtq_u8(vsubq_u8(c, one), last), vcgtq_u8(vsubq_u8(d, one), last));
#else
    for (int i = 0; i < 64; i++) {
        const uint8_t b = bytes[i];
        masks.quotes |= (uint64_t)(b == quote) << i;
        masks.special |= (uint64_t)(b == delimiter || b == '\r' || b == '\n') << i;
        masks.breaks |= (uint64_t)(b == '\r' || b == '\n') << i;
        masks.cr |= (uint64_t)(b == '\r') << i;
        masks.odd |= (uint64_t)(b == 0 || b >= 0x80) << i;
    }
#endif
    return masks;
}

/// Whether the first `count` of 16 bytes are the same in both places; `count` is at most 16. Reads 16 bytes of each.
static inline int csimd_same16(const uint8_t *_Nonnull a, const uint8_t *_Nonnull b, int count) {
#if defined(__SSE2__)
    const __m128i same = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)a), _mm_loadu_si128((const __m128i *)b));
    return (~(uint32_t)_mm_movemask_epi8(same) & ((1u << count) - 1)) == 0;
#else
    return memcmp(a, b, (size_t)count) == 0;
#endif
}

/// One bit for each of 16 bytes that is a control character below 0x20. Reads 16 bytes.
static inline uint32_t csimd_control16(const uint8_t *_Nonnull bytes) {
#if defined(__SSE2__)
    const __m128i block = _mm_loadu_si128((const __m128i *)bytes);
    return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1f)), block));
#elif defined(__ARM_NEON)
    return csimd_neon_mask16(vcltq_u8(vld1q_u8(bytes), vdupq_n_u8(0x20)));
#else
    uint32_t mask = 0;
    for (int i = 0; i < 16; i++) mask |= (uint32_t)(bytes[i] < 0x20) << i;
    return mask;
#endif
}

#pragma once
#include <curl/curl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

// Swift imports no variadic functions, and curl_easy_setopt, curl_easy_getinfo and curl_multi_setopt are variadic: one
// wrapper for each class of argument, so that an argument of the wrong size cannot be passed.

/// Options of type long.
static inline CURLcode ccurl_set_long(CURL *_Nonnull easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

/// Options of type curl_off_t (their names end in _LARGE).
static inline CURLcode ccurl_set_offset(CURL *_Nonnull easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

/// Options that are text; libcurl copies it. NULL takes the built-in value away.
static inline CURLcode ccurl_set_string(CURL *_Nonnull easy, CURLoption option, const char *_Nullable value) {
    return curl_easy_setopt(easy, option, value);
}

/// Options that are a pointer handed back to callbacks.
static inline CURLcode ccurl_set_pointer(CURL *_Nonnull easy, CURLoption option, void *_Nullable value) {
    return curl_easy_setopt(easy, option, value);
}

/// Options that are a list; libcurl does not copy it, it must outlive the transfer.
static inline CURLcode ccurl_set_list(CURL *_Nonnull easy, CURLoption option, struct curl_slist *_Nullable value) {
    return curl_easy_setopt(easy, option, value);
}

/// CURLOPT_WRITEFUNCTION, CURLOPT_HEADERFUNCTION and CURLOPT_READFUNCTION, which share one signature.
static inline CURLcode ccurl_set_transfer(CURL *_Nonnull easy, CURLoption option, curl_write_callback _Nonnull value) {
    return curl_easy_setopt(easy, option, value);
}

/// CURLOPT_SEEKFUNCTION.
static inline CURLcode ccurl_set_seek(CURL *_Nonnull easy, curl_seek_callback _Nonnull value) {
    return curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, value);
}

/// CURLOPT_OPENSOCKETFUNCTION.
static inline CURLcode ccurl_set_opensocket(CURL *_Nonnull easy, curl_opensocket_callback _Nonnull value) {
    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, value);
}

/// CURLOPT_PREREQFUNCTION.
static inline CURLcode ccurl_set_prerequest(CURL *_Nonnull easy, curl_prereq_callback _Nonnull value) {
    return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, value);
}

/// Options of a multi handle of type long.
static inline CURLMcode ccurl_multi_set_long(CURLM *_Nonnull multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

/// Facts of type long; 0 when there is none.
static inline long ccurl_get_long(CURL *_Nonnull easy, CURLINFO info) {
    long value = 0;
    return curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : 0;
}

/// Facts of type curl_off_t (their names end in _T); 0 when there is none.
static inline curl_off_t ccurl_get_offset(CURL *_Nonnull easy, CURLINFO info) {
    curl_off_t value = 0;
    return curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : 0;
}

/// CURLINFO_PRIVATE: the pointer given with CURLOPT_PRIVATE.
static inline void *_Nullable ccurl_get_private(CURL *_Nonnull easy) {
    char *value = NULL;
    return curl_easy_getinfo(easy, CURLINFO_PRIVATE, &value) == CURLE_OK ? (void *)value : NULL;
}

/// Copies the address and the port; the count of bytes, or 0 for a family that is neither IPv4 nor IPv6.
///
/// Here because the last member of curl_sockaddr is declared shorter than it is, which Swift's copy of it would cut.
static inline int ccurl_address(const struct curl_sockaddr *_Nonnull from, unsigned char *_Nonnull bytes,
                                unsigned short *_Nonnull port) {
    if (from->family == AF_INET && from->addrlen >= sizeof(struct sockaddr_in)) {
        struct sockaddr_in address;
        memcpy(&address, &from->addr, sizeof address);
        memcpy(bytes, &address.sin_addr, 4);
        *port = ntohs(address.sin_port);
        return 4;
    }
    if (from->family == AF_INET6 && from->addrlen >= sizeof(struct sockaddr_in6)) {
        struct sockaddr_in6 address;
        memcpy(&address, &from->addr, sizeof address);
        memcpy(bytes, &address.sin6_addr, 16);
        *port = ntohs(address.sin6_port);
        return 16;
    }
    return 0;
}

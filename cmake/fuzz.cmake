# tests/fuzz: texts at random for the parsers.  fuzz_texts changes them itself; with clang there is fuzz_texts_libfuzzer
# too, which learns what is new if all is compiled with -fsanitize=fuzzer-no-link.
add_executable(fuzz_texts tests/fuzz/texts.c tests/fuzz/alone.c)
add_test(NAME fuzz_texts COMMAND fuzz_texts --runs 20000 --seed 1)
set_tests_properties(fuzz_texts PROPERTIES LABELS unit TIMEOUT 300)
set(fuzzers fuzz_texts)
if(CMAKE_C_COMPILER_ID MATCHES "Clang")
    include(CheckCSourceCompiles)
    set(CMAKE_REQUIRED_FLAGS "-fsanitize=fuzzer")
    check_c_source_compiles("#include <stddef.h>
        int LLVMFuzzerTestOneInput(const unsigned char *x, size_t n); int LLVMFuzzerTestOneInput(const unsigned char *x, size_t n) { return x && n > 9; }"
        ONNXGRAD_LIBFUZZER)
    unset(CMAKE_REQUIRED_FLAGS)
    if(ONNXGRAD_LIBFUZZER)
        add_executable(fuzz_texts_libfuzzer tests/fuzz/texts.c)
        target_link_options(fuzz_texts_libfuzzer PRIVATE -fsanitize=fuzzer)
        list(APPEND fuzzers fuzz_texts_libfuzzer)
    endif()
endif()
foreach(fuzzer IN LISTS fuzzers)
    target_link_libraries(${fuzzer} PRIVATE onnxgrad_flags onnxgrad_static ${ONNXGRAD_DEPENDENCIES})
    target_include_directories(${fuzzer} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/src")
    set_target_properties(${fuzzer} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/tests")
endforeach()

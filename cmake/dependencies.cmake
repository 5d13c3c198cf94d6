# What the library stands on: protobuf-c and zlib always, OpenBLAS where it is found.
# Sets ONNXGRAD_DEPENDENCIES to the targets to link.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
pkg_check_modules(PROTOBUF_C REQUIRED IMPORTED_TARGET libprotobuf-c)
find_program(PROTOC_C protoc-c REQUIRED)

set(ONNXGRAD_DEPENDENCIES PkgConfig::PROTOBUF_C ZLIB::ZLIB Threads::Threads m)
set(OG_HAVE_OPENBLAS OFF)
if(ONNXGRAD_OPENBLAS)
    pkg_check_modules(OPENBLAS IMPORTED_TARGET openblas)
    if(OPENBLAS_FOUND)
        set(OG_HAVE_OPENBLAS ON)
        list(APPEND ONNXGRAD_DEPENDENCIES PkgConfig::OPENBLAS)
    else()
        message(STATUS "OpenBLAS was not found: matrix products use plain C")
    endif()
endif()

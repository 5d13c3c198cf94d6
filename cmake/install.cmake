# What `cmake --install` puts where: library, headers, command, pkg-config file and CMake package.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package "${CMAKE_INSTALL_LIBDIR}/cmake/onnxgrad")

install(TARGETS onnxgrad EXPORT onnxgrad
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
if(TARGET onnxgrad_command)
    install(TARGETS onnxgrad_command RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()
install(DIRECTORY include/onnxgrad DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
    FILES_MATCHING PATTERN "*.h")
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}")

# The way up from the file to the prefix: what was installed may be moved.
file(RELATIVE_PATH ONNXGRAD_PC_UP "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" "${CMAKE_INSTALL_PREFIX}")
set(ONNXGRAD_PC_REQUIRES "libprotobuf-c zlib")
# OpenBLAS by its flags: as a requirement it would ask for the Fortran library too.
list(JOIN OPENBLAS_LDFLAGS " " openblas_flags)
set(ONNXGRAD_PC_LIBS "${openblas_flags} -lm ${CMAKE_THREAD_LIBS_INIT}")
configure_file(cmake/onnxgrad.pc.in onnxgrad.pc @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/onnxgrad.pc"
    DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")

configure_package_config_file(cmake/onnxgradConfig.cmake.in onnxgradConfig.cmake
    INSTALL_DESTINATION "${package}")
write_basic_package_version_file(onnxgradConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(EXPORT onnxgrad NAMESPACE onnxgrad:: FILE onnxgradTargets.cmake DESTINATION "${package}")
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/onnxgradConfig.cmake"
    "${CMAKE_CURRENT_BINARY_DIR}/onnxgradConfigVersion.cmake" DESTINATION "${package}")

# cmake --install: the libraries, the public headers and a package file for find_package(callboard).

include(CMakePackageConfigHelpers)

get_property(_libraries GLOBAL PROPERTY CALLBOARD_LIBRARIES)
add_library(callboard_all INTERFACE)
add_library(callboard::callboard ALIAS callboard_all)
set_target_properties(callboard_all PROPERTIES EXPORT_NAME callboard)
target_link_libraries(callboard_all INTERFACE ${_libraries})

set(_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/callboard)
install(TARGETS ${_libraries} callboard_all EXPORT callboard-targets)
install(TARGETS callboard-server RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY include/callboard DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT callboard-targets NAMESPACE callboard:: DESTINATION ${_package_dir})
configure_package_config_file(cmake/callboard-config.cmake.in callboard-config.cmake
                              INSTALL_DESTINATION ${_package_dir})
write_basic_package_version_file(callboard-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/callboard-config.cmake
              ${PROJECT_BINARY_DIR}/callboard-config-version.cmake cmake/FindCAF.cmake
        DESTINATION ${_package_dir})

plugins {
    id("com.android.application")
    id("org.jetbrains.kotlin.android")
}

android {
    namespace = "com.example.shop"
    compileSdk = 36
    defaultConfig {
        minSdk = 26
        targetSdk = 36
    }

    // As the environments of pins.toml are called: src/production and src/staging have the pins of each.
    flavorDimensions += "environment"
    productFlavors {
        create("production") { dimension = "environment" }
        create("staging") { dimension = "environment"; applicationIdSuffix = ".staging" }
    }

    // A debug build has src/debug besides, and src/productionDebug for src/productionRelease: a proxy may look into it.
    buildTypes {
        getByName("release") {
            isMinifyEnabled = true
            isShrinkResources = true
            proguardFiles(getDefaultProguardFile("proguard-android-optimize.txt"))
        }
    }
}

dependencies {
    implementation("com.squareup.okhttp3:okhttp:4.12.0")
}

// Before every build: writes the files that pins.toml names, of all flavours.
val compilePins = tasks.register<Exec>("compilePins") {
    commandLine("pincompiler", "compile", rootProject.file("../pins.toml").path)
}
tasks.matching { it.name == "preBuild" }.configureEach { dependsOn(compilePins) }

// After assembleProductionRelease and assembleStagingRelease: each APK has the pins of its own flavour, and no trace of
// an assessment.
for (flavour in listOf("production", "staging")) {
    val audit = tasks.register<Exec>("audit${flavour.replaceFirstChar(Char::uppercase)}Pins") {
        // The folder, for the file in it is called after whether it is signed.
        val apk = layout.buildDirectory.dir("outputs/apk/$flavour/release")
        commandLine("pincompiler", "audit", "--pins", rootProject.file("../pins.toml").path, "-e", flavour)
        argumentProviders.add { listOf(apk.get().asFile.path) }
    }
    val assemble = "assemble${flavour.replaceFirstChar(Char::uppercase)}Release"
    tasks.matching { it.name == assemble }.configureEach { finalizedBy(audit) }
}

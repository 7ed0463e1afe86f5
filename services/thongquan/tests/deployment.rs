//! The files of `deploy/` agree with the product and with each other, as far as that can be seen without a cluster.

#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use stream::TOPICS;

fn deploy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy")
}

fn read(file: &str) -> String {
    fs::read_to_string(deploy().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The documents of a YAML file.
fn yaml(file: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(&read(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // What running servers and operators put there is not ours.
        if path.is_dir() && !path.ends_with("run") && !path.ends_with("secrets") {
            files.extend(files_below(&path));
        } else if path.is_file() {
            files.push(path);
        }
    }
    files
}

/// The object of this kind among those that Kubernetes is given.
fn object(kind: &str) -> Value {
    let folder = deploy().join("kubernetes");
    let kustomization = &yaml("kubernetes/kustomization.yaml")[0];
    let listed = kustomization["resources"].as_array().unwrap();
    let objects = listed.iter().flat_map(|file| {
        let file = file.as_str().unwrap();
        assert!(folder.join(file).is_file(), "{file} is not there");
        yaml(&format!("kubernetes/{file}"))
    });
    let mut found: Vec<Value> = objects.filter(|object| object["kind"] == kind).collect();
    assert_eq!(found.len(), 1, "{kind}");
    found.remove(0)
}

fn compose() -> Value {
    yaml("compose/compose.yml").remove(0)
}

/// What the program says of a configuration. Nothing is reached for.
fn doctor(config: Option<&Path>, environment: &[(String, String)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_thongquan"));
    command.args(["doctor", "--offline"]).current_dir(deploy().join(".."));
    command.envs(environment.iter().map(|(name, value)| (name, value)));
    if let Some(config) = config {
        command.arg("--config").arg(config);
    }
    command.output().unwrap()
}

/// A folder with a file for each secret, and a text with the container's paths turned to it and to the rules here.
fn on_this_machine(text: &str, secrets: &Path) -> String {
    let rules = deploy().join("../rules");
    for name in ["postgres-password", "kafka-password", "selectivity-secret"] {
        fs::write(secrets.join(name), "0123456789abcdef0123456789abcdef").unwrap();
    }
    // As a folder of secrets is: nobody else's.
    fs::set_permissions(secrets, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let secrets = secrets.to_str().unwrap();
    text.replace("/etc/thongquan/secrets", secrets)
        .replace("/run/secrets", secrets)
        .replace("/usr/share/thongquan/rules", rules.to_str().unwrap())
}

fn assert_sound(output: &Output) {
    let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && told.contains("configuration"), "{told}");
}

#[test]
fn every_file_can_be_read() {
    let (mut yamls, mut tomls, mut jsons, mut scripts) = (0, 0, 0, 0);
    for file in files_below(&deploy()) {
        let text = fs::read_to_string(&file).unwrap();
        let name = file.strip_prefix(deploy()).unwrap().to_str().unwrap().to_owned();
        match file.extension().and_then(|extension| extension.to_str()) {
            Some("yml" | "yaml") => {
                assert!(yaml(&name).iter().all(Value::is_object), "{name}");
                yamls += 1;
            }
            Some("toml") => {
                text.parse::<toml::Table>().unwrap_or_else(|error| panic!("{name}: {error}"));
                tomls += 1;
            }
            Some("json") => {
                serde_json::from_str::<Value>(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
                jsons += 1;
            }
            None if text.starts_with("#!/usr/bin/env bash") => {
                assert!(Command::new("bash").arg("-n").arg(&file).status().unwrap().success(), "{name}");
                scripts += 1;
            }
            _ => {}
        }
    }
    assert!(yamls >= 10 && tomls >= 2 && jsons >= 1 && scripts >= 5, "{yamls} {tomls} {jsons} {scripts}");
}

#[test]
fn the_program_takes_each_configuration() {
    let secrets = tempfile::tempdir().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("thongquan.toml");
    let text = on_this_machine(&read("kubernetes/thongquan.toml"), secrets.path());
    fs::write(&config, &text).unwrap();
    let of_pod = object("StatefulSet")["spec"]["template"]["spec"]["containers"][0]["env"].clone();
    let named = of_pod.as_array().unwrap().iter().map(|variable| variable["name"].as_str().unwrap().to_owned());
    let environment: Vec<(String, String)> = named.map(|name| (name, "processor-0".to_owned())).collect();
    assert!(!environment.is_empty());
    assert_sound(&doctor(Some(&config), &environment));
    // What is commented out is right too.
    let uncommented = text
        .replace("# [telemetry]", "[telemetry]")
        .replace("# endpoint", "endpoint")
        .replace("# sampling", "sampling");
    fs::write(&config, uncommented).unwrap();
    assert_sound(&doctor(Some(&config), &environment));

    let compose = compose();
    for service in ["processor-1", "processor-2"] {
        let variables = compose["services"][service]["environment"].as_object().unwrap();
        let mut environment: Vec<(String, String)> = variables
            .iter()
            .map(|(name, value)| {
                assert!(name.starts_with("THONGQUAN_") && name.contains("__"), "{name} would be taken no notice of");
                (name.clone(), on_this_machine(value.as_str().unwrap(), secrets.path()))
            })
            .collect();
        assert!(environment.len() > 5);
        // As the image sets it.
        let image = read("compose/Dockerfile");
        let rules = image.lines().find_map(|line| line.strip_prefix("ENV ")?.split_once('=')).unwrap();
        environment.push((rules.0.to_owned(), on_this_machine(rules.1, secrets.path())));
        assert_sound(&doctor(None, &environment));
        environment.push(("THONGQUAN_STREAM__PARTITION".to_owned(), "8".to_owned()));
        let wrong = doctor(None, &environment);
        assert_eq!(wrong.status.code(), Some(64), "a name that is not known is refused");
    }
}

#[test]
fn ports_paths_and_secrets_agree() {
    let config: toml::Table = read("kubernetes/thongquan.toml").parse().unwrap();
    let listen = config["operations"]["listen"].as_str().unwrap();
    let port: i64 = listen.rsplit_once(':').unwrap().1.parse().unwrap();
    let set = object("StatefulSet");
    let template = &set["spec"]["template"];
    let container = &template["spec"]["containers"][0];
    assert_eq!(container["ports"][0]["containerPort"], port);
    let port_name = container["ports"][0]["name"].as_str().unwrap();
    assert_eq!(template["metadata"]["annotations"]["prometheus.io/port"], port.to_string());
    assert_eq!(object("Service")["spec"]["ports"][0]["port"], port);
    let policy = object("NetworkPolicy");
    assert_eq!(policy["spec"]["ingress"][0]["ports"][0]["port"], port);
    let served = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/operations.rs")).unwrap();
    for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
        let asked = &container[probe]["httpGet"];
        assert_eq!(asked["port"], port_name);
        assert!(served.contains(&format!(".route({}, ", asked["path"])), "{asked}");
    }
    let compose = compose();
    let prometheus = &yaml("observability/prometheus.yml")[0];
    let targets = prometheus["scrape_configs"][0]["static_configs"][0]["targets"].as_array().unwrap();
    for target in targets {
        let (service, port) = target.as_str().unwrap().split_once(':').unwrap();
        let listen = compose["services"][service]["environment"]["THONGQUAN_OPERATIONS__LISTEN"].as_str().unwrap();
        assert!(listen.ends_with(&format!(":{port}")), "{target}");
    }
    // What the policy lets out is what the configuration reaches for.
    let let_out: BTreeSet<i64> = policy["spec"]["egress"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|rule| rule["ports"].as_array().unwrap())
        .map(|port| port["port"].as_i64().unwrap())
        .collect();
    let database = config["storage"]["url"].as_str().unwrap().rsplit_once(':').unwrap().1.split('/').next().unwrap();
    let brokers = config["stream"]["brokers"].as_str().unwrap().rsplit_once(':').unwrap().1;
    for port in [database, brokers, "53", "4318"] {
        assert!(let_out.contains(&port.parse().unwrap()), "{port}");
    }
    // Both the processors and the doctor are let through, and both read secrets as their group.
    for object in [set, object("Job")] {
        assert_eq!(
            object["spec"]["template"]["metadata"]["labels"]["app"],
            policy["spec"]["podSelector"]["matchLabels"]["app"]
        );
        let pod = &object["spec"]["template"]["spec"];
        let secret = pod["volumes"].as_array().unwrap().iter().find(|volume| volume["name"] == "secrets").unwrap();
        assert!(pod["securityContext"]["fsGroup"].is_i64() && secret["secret"]["defaultMode"] == 0o440, "{secret}");
    }
    // Each file that the configuration reads from the secret is one that the page lists.
    let page = read("kubernetes/README.md");
    for name in read("kubernetes/thongquan.toml").split("/etc/thongquan/secrets/").skip(1) {
        let name = name.split('"').next().unwrap();
        assert!(page.contains(&format!("`{name}`")), "{name} is not in the page's table");
    }
}

#[test]
fn topics_are_the_same_everywhere() {
    let config: toml::Table = read("kubernetes/thongquan.toml").parse().unwrap();
    let shown = Command::new(deploy().join("kafka/prepare")).arg("show").output().unwrap();
    assert!(shown.status.success());
    let shown = String::from_utf8(shown.stdout).unwrap();
    let page = read("kubernetes/README.md");
    for topic in TOPICS.map(|topic| topic.name) {
        let of_topic = |tool: &str| {
            let line = shown.lines().find(|line| line.contains(tool) && line.split(' ').any(|word| word == topic));
            line.unwrap_or_else(|| panic!("{tool} of {topic}"))
        };
        let created = of_topic("kafka-topics.sh");
        assert!(created.contains(&format!("--partitions {} ", config["stream"]["partitions"])), "{created}");
        assert!(created.contains(&format!("--replication-factor {} ", config["stream"]["replication"])), "{created}");
        let days = 30;
        assert!(of_topic("kafka-configs.sh").contains(&format!("retention.ms={}", days * 24 * 3_600_000_i64)));
        let row = page
            .lines()
            .find(|line| line.starts_with('|') && line.contains(&format!("`{topic}`")))
            .unwrap_or_else(|| panic!("{topic} is not in kubernetes/README.md"));
        assert!(
            row.contains(&format!("| {}", config["stream"]["partitions"])) && row.ends_with(&format!("{days} days |")),
            "{row}"
        );
    }
    assert!(shown.contains(&format!("--group {}", config["stream"]["group"].as_str().unwrap())));
    let hours = &compose()["services"]["kafka"]["environment"]["KAFKA_LOG_RETENTION_HOURS"];
    assert_eq!(hours.as_str().unwrap().parse::<i64>().unwrap(), 30 * 24);
    // What the script gives a topic is what the program asks for.
    let program = fs::read_to_string(deploy().join("../services/stream/src/kafka/settings.rs")).unwrap();
    let bytes = shown.split("max.message.bytes=").nth(1).unwrap().split(|c: char| !c.is_ascii_digit()).next().unwrap();
    assert!(program.contains(&format!("TOPIC_MESSAGE_BYTES_MAX: &str = \"{bytes}\"")), "{bytes}");
}

#[test]
fn nothing_has_more_rights_than_it_needs() {
    for object in [object("StatefulSet"), object("Job")] {
        let pod = &object["spec"]["template"]["spec"];
        assert_eq!(pod["automountServiceAccountToken"], false);
        assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
        assert_eq!(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault");
        for container in pod["containers"].as_array().unwrap() {
            let security = &container["securityContext"];
            assert_eq!(security["allowPrivilegeEscalation"], false);
            assert_eq!(security["readOnlyRootFilesystem"], true);
            assert_eq!(security["capabilities"]["drop"][0], "ALL");
            assert!(
                container["resources"]["limits"]["memory"].is_string()
                    && container["resources"]["requests"]["cpu"].is_string()
            );
            assert!(container["volumeMounts"].as_array().unwrap().iter().all(|mount| mount["readOnly"] == true));
        }
    }
    assert_eq!(object("Namespace")["metadata"]["labels"]["pod-security.kubernetes.io/enforce"], "restricted");
    let compose = compose();
    for (name, service) in compose["services"].as_object().unwrap() {
        assert_eq!(service["cap_drop"][0], "ALL", "{name}");
        assert_eq!(service["security_opt"][0], "no-new-privileges:true", "{name}");
        assert!(service["mem_limit"].is_string(), "{name}");
        let published = service["ports"].as_array().cloned().unwrap_or_default();
        assert!(published.iter().all(|port| port.as_str().unwrap().starts_with("127.0.0.1:")), "{name}");
        let secrets = service["secrets"].as_array().cloned().unwrap_or_default();
        for secret in secrets {
            assert!(compose["secrets"][secret.as_str().unwrap()].is_object(), "{secret} is nowhere");
        }
        if name.starts_with("processor") {
            assert_eq!(service["read_only"], true);
        }
    }
    // Secrets of the composition are made by the script that it names, and stay out of the image.
    let script = read("compose/make-secrets");
    for secret in compose["secrets"].as_object().unwrap().keys() {
        assert!(script.contains(secret.as_str()), "{secret}");
    }
    let ignored = fs::read_to_string(deploy().join("../.dockerignore")).unwrap();
    assert!(ignored.lines().any(|line| line == "deploy/compose/secrets"));
    let image = read("compose/Dockerfile");
    let user: i64 = image.lines().find_map(|line| line.strip_prefix("USER ")).unwrap().parse().unwrap();
    assert_eq!(object("StatefulSet")["spec"]["template"]["spec"]["securityContext"]["runAsUser"], user);
}

#[test]
fn each_alarm_has_its_page_and_each_page_its_alarm() {
    let alarms = yaml("observability/alerts.yml");
    let rules = alarms[0]["groups"][0]["rules"].as_array().unwrap().clone();
    assert!(rules.len() >= 10);
    let mut pages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for rule in &rules {
        let page = rule["annotations"]["runbook"].as_str().unwrap().strip_prefix("deploy/runbooks/").unwrap();
        pages.entry(page.to_owned()).or_default().insert(rule["alert"].as_str().unwrap().to_owned());
        assert!(["page", "ticket"].contains(&rule["labels"]["severity"].as_str().unwrap()));
    }
    let list = read("runbooks/README.md");
    for file in fs::read_dir(deploy().join("runbooks")).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        if name == "README.md" {
            continue;
        }
        let alarms = pages.remove(&name).unwrap_or_else(|| panic!("no alarm leads to {name}"));
        let text = read(&format!("runbooks/{name}"));
        let own = text.lines().find_map(|line| line.strip_prefix("Alarm: ")).unwrap_or_else(|| panic!("{name}"));
        let named: BTreeSet<String> = own.trim_end_matches('.').split(", ").map(str::to_owned).collect();
        assert_eq!(named, alarms, "{name}");
        let row = list.lines().find(|line| line.contains(&format!("({name})"))).unwrap();
        assert!(alarms.iter().all(|alarm| row.contains(alarm.as_str())), "{row}");
    }
    assert!(pages.is_empty(), "{pages:?} are not there");
}

# The first token that it prints has expired already.
token=$(sed -n 's/^ *token: //p' sandbox/kubeconfig)
if [ ! -e asked ]; then
  touch asked
  token=expired
fi
printf '{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "%s"}}' "$token"

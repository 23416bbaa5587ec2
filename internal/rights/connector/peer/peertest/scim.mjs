// A service of SCIM 2.0: the protocol is scimmy's and scimmy-routers', two packages of
// npm; here stand only the maps that they keep their users and groups in.
import { randomUUID } from "node:crypto";
import express from "express";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";

const token = process.env.TOKEN;
const saysGroups = process.env.SAYS_GROUPS === "1"; // users tell the groups that they are in
const users = new Map();
const groups = new Map();

// scimmy's filter knows an attribute of an extension by its whole name
const flat = (one) => ({
  ...one,
  ...Object.fromEntries(Object.entries(one).filter(([key]) => key.startsWith("urn:"))
    .flatMap(([key, inner]) => Object.entries(inner).map(([name, value]) => [`${key}:${name}`, value]))),
});

function store(type, map, shown) {
  SCIMMY.Resources.declare(type, {
    extensions: type === SCIMMY.Resources.User ? [{ schema: SCIMMY.Schemas.EnterpriseUser, required: false }] : [],
    ingress: (resource, instance) => {
      const id = resource.id ?? randomUUID();
      if (resource.id && !map.has(id)) throw new SCIMMY.Types.Error(404, null, `Resource ${id} not found`);
      const now = new Date().toISOString();
      map.set(id, { ...JSON.parse(JSON.stringify(instance)), id, meta: { created: map.get(id)?.meta.created ?? now, lastModified: now } });
      return shown(map.get(id));
    },
    egress: (resource) => {
      if (resource.id) {
        if (!map.has(resource.id)) throw new SCIMMY.Types.Error(404, null, `Resource ${resource.id} not found`);
        return shown(map.get(resource.id));
      }
      const all = [...map.values()].map(shown);
      return resource.filter ? all.filter((one) => resource.filter.match([flat(one)]).length > 0) : all;
    },
    degress: (resource) => {
      if (!map.delete(resource.id)) throw new SCIMMY.Types.Error(404, null, `Resource ${resource.id} not found`);
    },
  });
}

store(SCIMMY.Resources.User, users, (user) => ({
  ...user,
  ...(saysGroups && {
    groups: [...groups.values()].filter((g) => g.members?.some((m) => m.value === user.id)).map((g) => ({ value: g.id, display: g.displayName })),
  }),
}));
store(SCIMMY.Resources.Group, groups, (group) => group);

const app = express();
app.use("/scim/v2", new SCIMMYRouters({
  type: "bearer",
  handler: (request) => {
    if (request.header("Authorization") !== `Bearer ${token}`) throw new Error("unknown token");
    return "kagami";
  },
}));
const server = app.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit()).resume(); // it ends with who has started it

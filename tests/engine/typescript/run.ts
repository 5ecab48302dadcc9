// Runs the program of a folder, as `pulumi <command>` does where there is a language host for Node.
//
//     node run.js <preview|up|destroy> <module>
//
// Prints how many resources were created, updated and so on, and the outputs, as JSON.
import { LocalWorkspace } from "@pulumi/pulumi/automation";

async function main(command: string, program: string): Promise<unknown> {
    const stack = await LocalWorkspace.createOrSelectStack(
        { stackName: "dev", projectName: "payment-roles", program: () => import(program) },
        { workDir: process.cwd() },
    );
    if (command === "preview") {
        return { changes: (await stack.preview()).changeSummary };
    }
    if (command === "destroy") {
        return { changes: (await stack.destroy()).summary.resourceChanges };
    }
    const { outputs, summary } = await stack.up();
    return { changes: summary.resourceChanges, outputs };
}

main(process.argv[2], process.argv[3]).then(
    (result) => console.log(JSON.stringify(result)),
    (error) => {
        console.error(error);
        process.exitCode = 1;
    },
);
